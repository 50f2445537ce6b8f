// The operator: any process that can open the control socket. File permissions decide which can;
// the caller then has every scope, in the tenant that ?tenant= names ("main" when absent). ?actor=
// names the person who acts through it: records then say "operator:NAME". A tenant that is not
// there is a mistake, unless ?new_tenant=true says that it is meant.
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
