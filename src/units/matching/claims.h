// Weaker claims on a payment: settlements that could be of it, too, though another one fits it
// better.
//
// Of invoices 1 and 11 that are both paid, the money of 1 may be a cut 11, and casts doubt on what
// was paid for 11 (match/choice.h). But it has an invoice of its own, which it fits better and gets
// once the other pair is made: then there is no doubt, whichever of the two came first.
#pragma once

#include "units/matching/candidates.h"

namespace settled::units {

// The rules for a settlement that a person has taken out of its match: only an id speaks for
// itself.
match::RuleSet with_ids_alone(match::RuleSet rules);

// Whether nothing else stands between the payment and the first of its suitors, the one that is
// judged, than weaker claims of settlements of that amount which would each be matched to a payment
// that they fit better, were this pair made. Looked into by who looks widely (Reach::loose), at no
// more than match::claims_heard_max claims. `returned`: the payment's choice among the suitors.
store::Step<bool> only_claims_that_go_elsewhere(store::Session& s, const Context& context,
                                                TenantId tenant, const domain::Payment& chosen,
                                                const match::Choice& returned,
                                                const Candidates<domain::Settlement>& suitors,
                                                Reach reach);

} // namespace settled::units
