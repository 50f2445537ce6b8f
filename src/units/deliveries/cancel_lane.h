// An endpoint is deleted or disabled: its outstanding deliveries are cancelled.
//
// A partner that was down for days may have millions of deliveries outstanding. So a unit of work
// cancels some, and a task in the outbox goes on with the rest; none is sent meanwhile, since the
// endpoint is neither active nor paused.
#pragma once

#include "store/queries/tasks.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

namespace settled::units {

// Under the lock on the tenant's endpoints.
store::Step<> cancel_lane(store::Session& s, const Context& context, TenantId tenant,
                          EndpointId endpoint, Instant now);
// The task that goes on. If the endpoint was made active again, the remaining deliveries are sent.
store::Step<> cancel_more(store::Session& s, const Context& context, store::TaskRow task,
                          Instant now);

} // namespace settled::units
