// Matches and their ends are sealed into the tenant's hash chain (flow/seal.h), behind everything
// else: nobody who makes a match waits for it.
//
// Sealed is what is older than any transaction that is still open, so that no record comes into a
// range that is sealed already. Ids carry the time at which they were made; the delay must be more
// than a transaction takes and than the nodes' clocks differ (limits::node_clock_skew_max).
#pragma once

#include "store/session.h"
#include "store/step.h"

#include <chrono>

namespace settled::units {

inline constexpr std::chrono::microseconds seal_delay_default = std::chrono::minutes(1);

// The next seal of the tenant, if there is anything to seal. True: there may be more to do at once.
// Of two nodes that do it at the same time one fails with constraint_violated.
store::Step<bool> seal_next(store::Session& s, TenantId tenant, Instant now,
                            std::chrono::microseconds delay = seal_delay_default);

} // namespace settled::units
