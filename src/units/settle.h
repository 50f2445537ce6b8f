// A settlement finds its payment, whichever of the two came first.
//
// Invariants (domain rules 17 to 21): one settlement, one payment, by the database; two candidates
// are never decided between; the same facts in another order end in the same matches.
#pragma once

#include "units/judge.h"

namespace settled::units {

// What a unit locks before it comes to the two below (store/lock.h): nobody else settles in the
// identity's block, and the endpoints that are told stay.
void add_settling_locks(store::Locks& locks, const Context& context, TenantId tenant,
                        const match::Identity& identity);

// A new settlement: matched, put to review, or parked under its keys until its payment comes.
store::Step<> settle_new(store::Session& s, const Context& context, TenantId tenant,
                         flow::Settlement settlement, Instant now);

// A new payment is stored and under its keys: those that wait for one like it are judged again, and
// so are those for whom a match made on the way leaves one candidate.
store::Step<> settle_waiting(store::Session& s, const Context& context, TenantId tenant,
                             const match::Identity& payment, Instant now);

} // namespace settled::units
