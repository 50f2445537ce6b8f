// Redelivery in bulk: what an endpoint did not get in a time, in the order in which it was made.
//
// It goes over the events that fit the endpoint's types and filter, whether or not a delivery was
// owed: what was given up, what was cancelled, what happened while the endpoint was disabled, and
// what was delivered if that is asked for. A timer of the outbox makes some at a time, and only
// while little else waits for the endpoint: fresh events go first.
#pragma once

#include "store/queries/redeliveries.h"
#include "store/queries/tasks.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

namespace settled::units {

inline constexpr std::string_view recover_missed = "missed"; // no delivery was owed

// Writes the row and begins.
store::Step<> begin_recovery(store::Session& s, const Context& context,
                             const store::RedeliveryRow& wanted);
// The timer is due: some more.
store::Step<> recover_some(store::Session& s, const Context& context, store::TaskRow task,
                           Instant now);

} // namespace settled::units
