// A payment that was registered later than the watermark allows for: its settlement may have
// arrived before it, and may have been matched to a similar payment.
//
// Had the payment been known, the settlement would have been matched to it, or would have been
// ambiguous: the same rules decide which. Nothing is undone and nothing is guessed: a review names
// the matches that are in question, payment.registered_late is published, and a reviewer undoes
// them (decide.h) or closes the review. The review closes itself when the payment is settled or
// cancelled.
#pragma once

#include "domain/payment.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"

namespace settled::units {

// Skips payments whose created_at was left out or is not before the watermark: every payment comes
// here, and most of them need no search.
bool was_registered_late(const UnitScope& work, const domain::Payment& payment);

// The payment is new, was registered late and is not settled yet.
store::Step<> look_for_its_money(store::Session& s, const UnitScope& work,
                                 const domain::Payment& payment);

// The payment is settled, or never will be.
store::Step<> close_late_review(store::Session& s, const UnitScope& work,
                                const domain::Payment& payment);

} // namespace settled::units
