// Weaker claims on a payment: other settlements that could pay it, too, though the judged one fits
// it better.
//
// Example: invoices 1 and 11 are both paid. The settlement of invoice 1 might be a cut reference of
// invoice 11, and casts doubt on the settlement of 11 (match/choice.h). But it fits invoice 1
// better and is matched to it once the other pair is made: then there is no doubt, whichever of the
// two came first.
#pragma once

#include "units/matching/candidates.h"

namespace settled::units {

// The rules for a settlement whose match a person has undone: only an id decides.
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
