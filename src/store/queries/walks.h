// Ids in their order, which is the order in which records were made: for jobs that walk through all
// records. The queries of each kind read the record of an id.
#pragma once

#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <cstdint>
#include <vector>

namespace settled::store {

enum class Walked : std::uint8_t {
    payments,
    settled_payments,    // with an amount that has arrived, or with status settled
    settlements,         // all
    matched_settlements, // with status matched
    reversals,
    matches,
    hand_made_matches, // by a person
    hand_made_ends,    // matches that a person undid; the subject is the match
};

struct WalkedId {
    std::int64_t id = 0;      // of the record: its place in the order
    std::int64_t subject = 0; // of what the record concerns; mostly the same
};
// Above `after`, lowest first.
Step<std::vector<WalkedId>> walk(Session& s, TenantId tenant, Walked what, std::int64_t after,
                                 std::size_t limit);
// How many there are.
Step<std::int64_t> count(Session& s, TenantId tenant, Walked what);

// All matches that a settlement ever had, oldest first.
Step<std::vector<MatchId>> all_matches_of(Session& s, TenantId tenant, SettlementId settlement);

// The value that keeps a match from being made twice: 0, or the match's own id if it is not alone
// or has ended.
struct MatchSlots {
    std::int64_t settlement = 0;
    std::int64_t payment = 0;
};
Step<MatchSlots> slots_of(Session& s, TenantId tenant, MatchId match);

} // namespace settled::store
