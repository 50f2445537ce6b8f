// Weaker claims on a payment: other settlements that could pay it, too, though the judged one fits
// it better.
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

// Whether only weaker claims stand between the payment and the first of its candidate settlements
// (the one that is judged): claims of settlements of that amount, each of which would be matched to
// a payment that it fits better, were this pair made. Examined only in the wide search
// (Reach::loose), for at most match::claims_heard_max claims. `returned`: the payment's choice
// among its candidate settlements.
store::Step<bool> only_claims_that_go_elsewhere(store::Session& s, const Context& context,
                                                TenantId tenant, const domain::Payment& chosen,
                                                const match::Choice& returned,
                                                const Candidates<domain::Settlement>& suitors,
                                                Reach reach);

} // namespace settled::units
