// A settlement, or a payment that one may be waiting for, is new: find the pair.
//
// What is decided at once is decided here: by the account, the amount and an identifier, when
// nothing else fits. What needs time or a wider look is left to weigh.h.
#pragma once

#include "domain/settlement.h"
#include "store/lock.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"
#include "units/matching/judge.h"
#include "units/matching/neighbours.h"
#include "units/matching/pairing.h"

#include <vector>

namespace settled::units {

// Adds what must be locked before what is open in the identity's block is looked at: everything
// below is called under it.
void add_settling_locks(store::Locks& locks, const Context& context, TenantId tenant,
                        const match::MatchFields& identity);

// Stores the settlement and what follows. Its status is set here.
store::Step<> settle_new(store::Session& s, const Context& context, TenantId tenant,
                         domain::Settlement settlement, Instant now);

// Judges again the settlements that wait for such a payment, after it was added, changed or taken;
// those of other amounts that share an identifier with it are weighed, if it may matter to them. Of
// a crowd most are left for later (neighbours.h).
store::Step<> settle_waiting(store::Session& s, const Context& context, TenantId tenant,
                             const match::MatchFields& payment, Instant now,
                             PaymentChange has = PaymentChange::closed);

// The same for several payments of one amount together, after a settlement that could have been of
// any of them is gone: all others that share an identifier with one of them are weighed.
store::Step<> settle_waiting_near(store::Session& s, const UnitScope& work,
                                  std::vector<match::MatchFields> payments);

// Does what follows from the verdict on a stored settlement that waits, which was looked for with
// that reach.
enum class Applied : std::uint8_t {
    matched,
    ambiguous,
    waits, // one payment fits, and is taken when it is weighed (weigh.h) and still the only one
    unmatched,
};
store::Step<Applied> apply_verdict(store::Session& s, const UnitScope& work,
                                   domain::Settlement settlement, const Verdict& verdict,
                                   Reach reach);
// Whether the rules match it now, by that verdict.
bool may_match(const Verdict& verdict, const UnitScope& work, const domain::Settlement& settlement,
               Reach reach);

// A stored settlement that waits gets its match: its status, keys and review follow. Returns the
// payment as it stands then.
store::Step<domain::Payment> match_waiting(store::Session& s, const UnitScope& work,
                                           const domain::Settlement& settlement,
                                           const domain::Payment& payment,
                                           const MatchBasis& finding);

// What arrived in part waits for its rest, for which a settlement may be there.
store::Step<> settle_rest(store::Session& s, const UnitScope& work, const domain::Payment& payment);

// A settlement is left unmatched: what the rules may only suggest is shown to a person in a review
// (suggested_match), which is kept up to date and closed when nothing is left of it. By
// look_again_lag it may be later than what it shows: people read it, and what they decide is checked.
store::Step<> suggest(store::Session& s, const UnitScope& work,
                      const domain::Settlement& settlement, const Verdict& verdict);

// Closes the open review of a settlement of which it is decided whose it is; there may be none.
store::Step<> close_open_review(store::Session& s, const UnitScope& work,
                                const domain::Settlement& settlement);

// The settlement is weighed (weigh.h) at that time.
store::Step<> schedule_decision(store::Session& s, const UnitScope& work, SettlementId settlement,
                                Instant due);
// Unless something has come up by then, its owner is told that it has no payment.
store::Step<> tell_unmatched_later(store::Session& s, const UnitScope& work,
                                   SettlementId settlement, Instant due);

} // namespace settled::units
