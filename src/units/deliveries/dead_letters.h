// Deliveries that were given up, as the event delivery.dead: one a minute and endpoint at most, with
// how many there were.
#pragma once

#include "store/queries/tasks.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"
#include "units/deliveries/record_attempt.h"

namespace settled::units {

// Under the locks of record_attempt.
store::Step<> note_dead(store::Session& s, const Context& context, const Attempt& attempt);
// The timer for those that were not published at once.
store::Step<> tell_dead(store::Session& s, const Context& context, store::TaskRow task,
                        Instant now);

} // namespace settled::units
