// An endpoint is gone or disabled: what it is still owed is cancelled.
//
// A partner that was down for days may be owed millions of deliveries. So a unit of work cancels
// some, and a task in the outbox goes on with the rest; none is sent meanwhile, since the endpoint
// is not active.
#pragma once

#include "store/queries/tasks.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

namespace settled::units {

// Under the lock on the tenant's endpoints.
store::Step<> cancel_lane(store::Session& s, const Context& context, TenantId tenant,
                          EndpointId endpoint, Instant now);
// The task that goes on. Where the endpoint was made active again, what is left is delivered.
store::Step<> cancel_more(store::Session& s, const Context& context, store::TaskRow task,
                          Instant now);

} // namespace settled::units
