// What an endpoint is owed gathers until its interval is over, and is then sent: one by one, or as
// batches.
//
// The interval's end is a timer in the outbox, which is there only while something gathers. So an
// interval with nothing to say costs nothing, and one that ended while no node ran is made up for
// when one does; the grid (domain/interval.h) stays.
//
// Guarantee: what gathered for an interval is due only when all that was sent for the interval
// before it is delivered or given up; until then it goes on gathering. Batches of one interval are
// sent one after the other.
#pragma once

#include "domain/endpoint_settings.h"
#include "store/queries/tasks.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

namespace settled::units {

// Something gathers: the timer is there. No such timer ends before this unit has ended.
store::Step<> begin_interval(store::Session& s, const Context& context, TenantId tenant,
                             EndpointId endpoint, const domain::EndpointSettings& settings,
                             Instant now);
// The timer is due.
store::Step<> end_interval(store::Session& s, const Context& context, store::TaskRow task,
                           Instant now);
// The endpoint has another schedule from now on, or none: what has gathered goes by the end of its
// interval, old or new, whichever is first. Under the lock on the tenant's endpoints.
store::Step<> change_interval(store::Session& s, TenantId tenant, EndpointId endpoint,
                              const domain::EndpointSettings& settings, Instant now);

} // namespace settled::units
