// Money went back: the settlement that it had come by is found, its match undone, its owner told.
//
// A return names its settlement by ids or a reference (match/keys.h, is_return_of). Account and
// amount alone never undo anything: what names nothing is for a person. By an id it is applied at
// once; by a reference alone, which others may have as well, when no settlement that is older can
// still be on its way (the watermark), and only if one alone is named.
//
// Webhooks come in any order: a return whose settlement is not here yet waits under what it names
// it by, as a settlement waits for its payment. When the settlement comes, the transaction that
// takes it in applies the return. After the longest that a bank is known to repeat a webhook it is
// for a person, who is asked until the settlement comes or the review is closed.
#pragma once

#include "domain/reversal.h"
#include "store/queries/tasks.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"
#include "units/matching/pairing.h"

#include <optional>

namespace settled::units {

// Stores the return and applies it if its settlement is here. Called under add_settling_locks() of
// its identity.
store::Step<> reverse_new(store::Session& s, const Context& context, TenantId tenant,
                          domain::Reversal reversal, Instant now);

// Its timer: what waited for its time is decided.
store::Step<> reverse_again(store::Session& s, const Context& context, store::TaskRow task,
                            Instant now);

// The return that has waited for this settlement, which comes only now and is not stored yet. Both
// under add_settling_locks() of it.
store::Step<std::optional<domain::Reversal>>
return_waiting_for(store::Session& s, const UnitScope& work, const domain::Settlement& settlement);
// Stores the settlement as one that has gone back already.
store::Step<> insert_returned(store::Session& s, const UnitScope& work,
                              domain::Settlement settlement, domain::Reversal reversal);

} // namespace settled::units
