// Of a settlement that waits: what the matching compared it with that comes nearest, as JSON (units/matching/nearest.h).
#pragma once

#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <string>

namespace settled::store {

// Empty: nothing.
Step<> keep_nearest(Session& s, TenantId tenant, SettlementId id, std::string nearest);
Step<std::string> find_nearest(Session& s, TenantId tenant, SettlementId id);

} // namespace settled::store
