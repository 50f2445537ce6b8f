// A timer of the outbox is due.
#pragma once

#include "store/queries/tasks.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

namespace settled::units {

// Carries out and ends the task in one unit. True: settlement.unmatched was published.
store::Step<bool> run_timer(store::Session& s, const Context& context, store::TaskRow task,
                            Instant now);

} // namespace settled::units
