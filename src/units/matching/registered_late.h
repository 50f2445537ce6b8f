// A payment that was told later than the watermark allows for: its money may have come, and may
// have been given to a look-alike, since nobody knew of it.
//
// Had it been known, the settlement would have been this payment's, or ambiguous: that is asked of
// the same rules. Nothing is undone, and nobody guesses: a review names the matches that are in
// question, payment.registered_late is told, and a person undoes them (decide.h) or closes the review.
// It closes itself when the payment gets its money, or is given up.
#pragma once

#include "domain/payment.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"

namespace settled::units {

// Not, where created_at was left out or is not before the watermark: every payment comes here, and
// most have nothing to look for.
bool was_registered_late(const UnitScope& work, const domain::Payment& payment);

// The payment is new, was told late and has no money yet.
store::Step<> look_for_its_money(store::Session& s, const UnitScope& work,
                                 const domain::Payment& payment);

// It has its money, or will never get any.
store::Step<> close_late_review(store::Session& s, const UnitScope& work,
                                const domain::Payment& payment);

} // namespace settled::units
