// A delivery is made again: with the same id and the same bytes, however old it is. Its schedule
// begins again; its attempts go on counting.
#pragma once

#include "store/queries/tasks.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

namespace settled::units {

// Queues it, or makes it due now if it waits; what went with a batch goes with its batch. False: a
// worker is attempting it, so that nothing was changed. `held`: this process starts it from memory.
// Its endpoint is active; under the lock on the tenant's endpoints, shared.
store::Step<bool> redeliver(store::Session& s, const Context& context, store::TaskRow task,
                            Instant now, bool held);

} // namespace settled::units
