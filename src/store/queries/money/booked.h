// Whether a settlement's money is booked on a loan: then it waits for no payment.
#pragma once

#include "base/id.h"
#include "domain/settlement.h"
#include "store/session.h"
#include "store/step.h"

#include <vector>

namespace settled::store {

Step<> mark_booked(Session& s, TenantId tenant, SettlementId id, bool is_booked);

// Unmatched ones that are booked on no loan, newest first, below `before`.
Step<std::vector<domain::Settlement>> list_waiting(Session& s, TenantId tenant, std::int64_t before,
                                                   std::size_t limit);

} // namespace settled::store
