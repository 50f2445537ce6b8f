// What follows elsewhere from the change of a posting: a posting that was taken back, a booking, a
// return that waited for it.
#pragma once

#include "store/queries/money/postings.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"
#include "units/postings/core_bank.h"

namespace settled::units {

// `posting` as it is after the change.
store::Step<> follow(store::Session& s, const UnitScope& work, const CoreBank& core,
                     const store::PostingRow& posting);

} // namespace settled::units
