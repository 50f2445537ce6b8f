// The operator: whoever can open the control socket. It is file permissions that say who that is;
// the caller then has every scope, in the tenant that ?tenant= names ("main" when absent). ?actor=
// says which of the people behind it: records then say "operator:NAME". A tenant that is not there
// is a mistake, unless ?new_tenant=true says that it is meant.
#pragma once

#include "api/call.h"
#include "api/core.h"
#include "api/routes.h"

namespace settled::api {

// Fails with not_found (no such tenant), state_conflict (one that was to be new is there),
// parameter_invalid (its name, or the actor's).
Task<Result<Caller>> operator_caller(const Core& core, const Route& route,
                                     const net::Request& request);

} // namespace settled::api
