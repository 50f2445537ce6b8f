// The watermark of a settlement that waits is reached: no payment that is older than it can still
// be on its way to us. Now a verdict that relies on uniqueness may be applied, and candidates that
// agree in everything except the amount are searched: rank 3, 8, 9, 12, twins, splits, merges.
#pragma once

#include "store/queries/tasks.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/judge.h"
#include "units/matching/pairing.h"

namespace settled::units {

// The payment that the settlement would be matched to now, under locks on all its candidates.
store::Step<Verdict> judge_at_watermark(store::Session& s, const UnitScope& work,
                                        const domain::Settlement& settlement);

store::Step<> decide_at_watermark(store::Session& s, const Context& context, store::TaskRow task,
                                  Instant now);

} // namespace settled::units
