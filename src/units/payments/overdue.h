// Payments that should have settled by now: published once, as an alarm. They go on waiting, and
// are looked at last when their rail's window has passed as well.
//
// A walk over payments in the order of their ids, one cursor for each rail and each time that the
// rules of the tenant or of its accounts name for it, so that an open payment costs nothing while
// it waits. The walk stays behind the present by more than any transaction takes.
#pragma once

#include "match/rail.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

namespace settled::units {

// One bite of the walk for one tenant and rail. True: there may be more to do at once.
store::Step<bool> sweep_overdue(store::Session& s, const Context& context, TenantId tenant,
                                match::Rail rail, Instant now);

} // namespace settled::units
