// The mark of a store that was put back to an older state: what was sent and learnt since that state
// is forgotten here and not at the bank. While the mark stands no call that moves money or posts is
// sent by any node; a person of each tenant ends it once the bank was asked for everything. From then
// on every order is looked up at the bank by its end-to-end id before its first try (look_up.h).
#pragma once

#include "base/error.h"
#include "base/id.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::units {

struct Hold {
    bool restored = false; // the store was put back once: orders are looked up before they are sent
    bool held = false;     // the mark stands for the tenant
    Instant restored_at;
    Instant newest_at; // of the rows that were there then: what came later was lost
};
store::Step<Hold> hold_of(store::Session& s, TenantId tenant);

// Whether it stands for any tenant.
store::Step<bool> is_any_held(store::Session& s);

// Whether calls that move money or post may be sent for the tenant. Asked in the unit that takes or
// makes such a call.
store::Step<bool> may_move_money(store::Session& s, TenantId tenant);

// Marks the store, for all tenants. What is under way is dealt with by the catch-up that follows.
store::Step<> mark_restored(store::Session& s, Instant now);

// The names of the tenant's banks that were not asked for everything since then.
store::Step<std::vector<std::string>> banks_not_caught_up(store::Session& s, TenantId tenant,
                                                          Instant since);

// A person ends the mark for a tenant. Fails with state_conflict (there is none) and
// catch_up_unfinished (a connector with an API was not caught up since the restore).
store::Step<Result<>> end_hold(store::Session& s, TenantId tenant, std::string actor,
                               std::string reason, Instant now);

} // namespace settled::units
