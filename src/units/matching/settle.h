// A settlement, or a payment that one may be waiting for, is new: find the pair.
//
// A settlement that its account, its amount and an identifier decide, while nothing else fits, is
// matched here at once. One that needs time or a wider search is left to watermark.h.
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

// Adds the locks that a unit needs before it reads the open items of the block of these fields:
// everything below is called under them.
void add_settling_locks(store::Locks& locks, const Context& context, TenantId tenant,
                        const match::MatchFields& identity);

// Stores the settlement and matches it, or puts it to review, or lets it wait. Its status is set
// here.
store::Step<> settle_new(store::Session& s, const Context& context, TenantId tenant,
                         domain::Settlement settlement, Instant now);

// A later source says more about a settlement that waits: it is indexed under that and decided again.
// Called under add_settling_locks() of both.
store::Step<> complete_waiting(store::Session& s, const UnitScope& work,
                               const domain::Settlement& before, domain::Settlement after);

// Judges again the settlements that wait for such a payment, after it was added, changed or taken;
// those of other amounts that share an identifier with it are decided, if it may matter to them. Of
// a crowd most are left for later (neighbours.h).
store::Step<> settle_waiting(store::Session& s, const Context& context, TenantId tenant,
                             const match::MatchFields& payment, Instant now,
                             PaymentChange has = PaymentChange::closed);

// The same for several payments of one amount together, after a settlement that could have paid any
// of them is gone: a decision is scheduled on all others that share an identifier with one.
store::Step<> settle_waiting_near(store::Session& s, const UnitScope& work,
                                  std::vector<match::MatchFields> payments);

// Carries out the verdict on a stored settlement that waits. `reach` is that of the search behind
// the verdict.
enum class Applied : std::uint8_t {
    matched,
    ambiguous,
    // one payment fits, and is matched at the watermark (watermark.h) if it is still the only one
    waits,
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

// A payment that arrived in part waits for its rest, which may be among the waiting settlements.
store::Step<> settle_rest(store::Session& s, const UnitScope& work, const domain::Payment& payment);

// A settlement is left unmatched: what the rules may only suggest is shown to a person in a review
// (suggested_match), which is kept up to date and closed when nothing is left of it. By
// look_again_lag it may be later than what it shows: people read it, and what they decide is checked.
store::Step<> suggest(store::Session& s, const UnitScope& work,
                      const domain::Settlement& settlement, const Verdict& verdict);

// Closes the open review of a settlement that was just matched or rejected; there may be none.
store::Step<> close_open_review(store::Session& s, const UnitScope& work,
                                const domain::Settlement& settlement);

// The settlement is decided (watermark.h) at that time.
store::Step<> schedule_decision(store::Session& s, const UnitScope& work, SettlementId settlement,
                                Instant due);
// Unless the settlement is matched by then, its tenant is notified that it has no payment.
store::Step<> tell_unmatched_later(store::Session& s, const UnitScope& work,
                                   SettlementId settlement, Instant due);

} // namespace settled::units
