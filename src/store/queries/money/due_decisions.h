// Timers of decisions about settlements.
#pragma once

#include "store/session.h"
#include "store/step.h"

namespace settled::store {

// Whether the settlement is owed a decision (task_watermark, task_decide_again) that is due by then.
Step<bool> is_decision_due(Session& s, TenantId tenant, std::int64_t settlement, Instant now);

} // namespace settled::store
