// A settlement has waited its grace period: if no payment came, the tenant is notified of the money
// as unmatched. Money that is booked on a loan is no such money, and that which is being booked waits.
#pragma once

#include "store/queries/tasks.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

namespace settled::units {

store::Step<bool> tell_unmatched(store::Session& s, const Context& context, store::TaskRow task,
                                 Instant now);

} // namespace settled::units
