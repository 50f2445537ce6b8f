// A settlement that waited is gone without having taken a payment that others wanted: it went back,
// was rejected, or a person gave it to another payment. Whoever it stood in the way of is judged
// again, in the same transaction.
#pragma once

#include "domain/settlement.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"

namespace settled::units {

// Called under add_settling_locks() of it, when it does not stand under its keys any more. Those of
// its amount are judged; those of other amounts, whose blocks are not locked, are weighed.
store::Step<> settle_rivals(store::Session& s, const UnitScope& work,
                            const domain::Settlement& gone);

} // namespace settled::units
