// Whether a settlement's money is booked on a loan: then it waits for no payment.
#pragma once

#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

namespace settled::store {

Step<> mark_booked(Session& s, TenantId tenant, SettlementId id, bool is_booked);

} // namespace settled::store
