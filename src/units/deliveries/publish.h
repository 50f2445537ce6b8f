// Writes an event and one delivery for each subscribed endpoint, in the transaction that caused it.
#pragma once

#include "domain/endpoint_settings.h"
#include "domain/event.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

namespace settled::units {

// Stores the event and one delivery for each active endpoint that wants it: its type is among the
// endpoint's, and its fields meet the endpoint's filter. This process claims the deliveries that it
// can make at once; others wait for their endpoint's interval, or for an earlier delivery of their
// subject. An event about an endpoint is never owed to that endpoint.
store::Step<> publish_event(store::Session& s, const Context& context, TenantId tenant,
                            const domain::Event& event);

// Stores the event and one delivery for this endpoint alone, at once, whatever its filter and its
// schedule say.
store::Step<TaskId> publish_to_endpoint(store::Session& s, const Context& context, TenantId tenant,
                                        EndpointId endpoint, const domain::Event& event);

} // namespace settled::units
