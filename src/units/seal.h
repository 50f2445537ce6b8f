// Matches, their ends and the events that were told are sealed into the tenant's hash chain
// (flow/seal.h), behind everything else: nobody who makes a match waits for it.
//
// They are sealed in the order in which they were committed (store/feeds.h), so no record comes
// into a range that is sealed already, and clocks play no part in it.
#pragma once

#include "store/session.h"
#include "store/step.h"

namespace settled::units {

// The next seal of the tenant, if there is anything to seal. True: there may be more to do at once.
// Of two nodes that do it at the same time one fails with constraint_violated.
store::Step<bool> seal_next(store::Session& s, TenantId tenant, Instant now);

} // namespace settled::units
