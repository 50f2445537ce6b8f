// Money went back: its settlement is found, its match undone, and the tenant notified.
//
// A return names its settlement by ids or a reference (match/keys.h, is_return_of). Account and
// amount alone never undo anything: a return that names nothing goes to a reviewer. By an id it is
// applied at once; by a reference alone, which others may have as well, when no settlement that is
// older can still be on its way (the watermark), and only if one alone is named.
//
// Webhooks come in any order: a return whose settlement is not here yet is indexed under what it
// names the settlement by, as a settlement waits for its payment. When the settlement comes, the
// transaction that accepts it applies the return. After the longest time in which a bank is known
// to repeat a webhook, a review asks a person until the settlement comes or the review is closed.
#pragma once

#include "domain/reversal.h"
#include "store/queries/tasks.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"
#include "units/matching/pairing.h"

#include <optional>

namespace settled::units {

// Stores the return and applies it if its settlement is here. One that has a `settlement_id` is
// applied to that, if it is of the same account and amount and has not gone back. Called under
// add_settling_locks() of its identity.
store::Step<> reverse_new(store::Session& s, const Context& context, TenantId tenant,
                          domain::Reversal reversal, Instant now);

// Its timer: a return whose waiting time is over is decided.
store::Step<> reverse_again(store::Session& s, const Context& context, store::TaskRow task,
                            Instant now);

// Returns that wait under this scheme id (`named.uetr`) belong to that settlement, about
// which another webhook says all: they wait no more.
store::Step<> drop_waiting_return(store::Session& s, const UnitScope& work,
                                  const match::MatchFields& named, SettlementId settlement);

// The return that has waited for this settlement, which comes only now and is not stored yet. Both
// are called under add_settling_locks() of it.
store::Step<std::optional<domain::Reversal>>
return_waiting_for(store::Session& s, const UnitScope& work, const domain::Settlement& settlement);
// Stores the settlement as one that has gone back already.
store::Step<> insert_returned(store::Session& s, const UnitScope& work,
                              domain::Settlement settlement, domain::Reversal reversal);

} // namespace settled::units
