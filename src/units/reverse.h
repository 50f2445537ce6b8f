// Money went back: the settlement that it had come by is found, its match undone, its owner told.
//
// Webhooks come in any order: a reversal whose settlement is not here yet waits, looks again at
// growing intervals for as long as a bank repeats a webhook (72 h, the longest that is known), and
// is a person's then.
#pragma once

#include "flow/reversal.h"
#include "store/session.h"
#include "store/step.h"
#include "store/tasks.h"
#include "units/context.h"

namespace settled::units {

// Stores the reversal and applies it if its settlement is here. Called under add_settling_locks()
// of its identity.
store::Step<> reverse_new(store::Session& s, const Context& context, TenantId tenant,
                          flow::Reversal reversal, Instant now);

// Looks for the settlement again.
store::Step<> reverse_again(store::Session& s, const Context& context, store::TaskRow task,
                            Instant now);

} // namespace settled::units
