// Writes an event and one delivery for each subscribed endpoint, in the transaction that caused it.
#pragma once

#include "domain/event.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

namespace settled::units {

// Stores the event and one delivery for each active endpoint whose filter includes its type. This
// process claims the deliveries that it can make at once.
store::Step<> publish_event(store::Session& s, const Context& context, TenantId tenant,
                            const domain::Event& event);

// Stores the event and one delivery for this endpoint alone, whatever its filter says.
store::Step<TaskId> publish_to_endpoint(store::Session& s, const Context& context, TenantId tenant,
                                        EndpointId endpoint, const domain::Event& event);

} // namespace settled::units
