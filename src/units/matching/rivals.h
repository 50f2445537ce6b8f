// A waiting settlement is closed without having taken a payment that others wanted: it went back,
// was rejected, or a reviewer matched it to another payment. The settlements that it made ambiguous
// are judged again, in the same transaction.
#pragma once

#include "domain/settlement.h"
#include "store/queries/tasks.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"

namespace settled::units {

// Called under add_settling_locks() of the settlement, when it is not indexed any more. Settlements
// that wait for a payment like its own are judged. Those that wait for a payment of another amount,
// whose block is not locked, or for one of a crowd of payments, are judged in a unit of that
// payment: at once, or of a crowd (neighbours.h) within look_again_lag.
store::Step<> settle_rivals(store::Session& s, const UnitScope& work,
                            const domain::Settlement& gone);

// The timer of such a payment.
store::Step<> settle_payment_again(store::Session& s, const Context& context, store::TaskRow task,
                                   Instant now);

} // namespace settled::units
