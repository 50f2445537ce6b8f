// Learning from matches: in the background, in batches, once for all nodes.
//
// A match adds nothing to its own transaction: a counter of the institution in it would be a row
// that all matches wait for. Matches have ids that rise with time, so what is new is read by id
// from where the last batch ended. A match whose transaction commits late could be passed over; it
// is therefore read when its id is older than a transaction can take (`until`). The counts and the
// place are written together: a match counts once, however often and wherever this runs.
#pragma once

#include "store/queries/profiles.h"
#include "units/context.h"

#include <set>
#include <string>

namespace settled::units {

struct Learnt {
    std::size_t matches = 0;         // read; fewer than asked for: there are no more
    bool plans_changed = false;      // other nodes are notified (store::book_profiles)
    std::set<std::string> receivers; // whose caps may have changed
};

// Counts the next matches of a tenant, at most `most`, made before `until`.
store::Step<Learnt> learn_from_matches(store::Session& s, const Context& context, TenantId tenant,
                                       Instant until, Instant now, std::size_t most);

// Updates whether references that arrive at a bank are ever longer than a listed length. True: the
// cap was changed.
store::Step<bool> learn_cap(store::Session& s, TenantId tenant, std::string receiver, Instant now);

// Stores an operator's knowledge and notifies the other nodes.
store::Step<> accept_seeds(store::Session& s, TenantId tenant,
                           std::shared_ptr<const learn::Seeds> seeds, Instant now);

} // namespace settled::units
