// Money may arrive on a loan's account before we hear that the account is open: webhooks come in any
// order, and may come late.
#pragma once

#include "store/queries/money/links.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"

namespace settled::units {

// The link is active: what came on its account since it was asked for is posted to its loan. What came
// earlier was not the loan's. Under Lock::calls of the bank.
store::Step<> collect_earlier(store::Session& s, const UnitScope& work, const store::LinkRow& link);

} // namespace settled::units
