// Decisions about settlements that are due and not made yet.
#pragma once

#include "domain/settlement.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"
#include "units/matching/pairing.h"

namespace settled::units {

// Whether one is owed to the settlement, or to one that waits for what is left of its payments. A return
// that names no id is applied after it: whichever arrived first, the settlement had its part then.
store::Step<bool> is_decision_owed_near(store::Session& s, const UnitScope& work,
                                        const domain::Settlement& settlement);

} // namespace settled::units
