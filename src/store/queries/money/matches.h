// Rows of matches and of their ends. Records: nothing is deleted, and of a match only its end is
// ever written later.
#pragma once

#include "domain/match.h"
#include "store/queries/feeds.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::store {

// One settlement, one payment: a second live match of either, except for a split or merge, breaks a
// constraint.
Step<> insert_match(Session& s, TenantId tenant, const domain::Match& match);
Step<std::optional<domain::Match>> find_match(Session& s, TenantId tenant, MatchId id);
// Live ones, oldest first; more than one in a split or merge only.
Step<std::vector<domain::Match>> matches_of_settlement(Session& s, TenantId tenant,
                                                       SettlementId id);
Step<std::vector<domain::Match>> matches_of_payment(Session& s, TenantId tenant, PaymentId id);
// Newest first, below `before`, with those that ended.
Step<std::vector<domain::Match>> list_matches(Session& s, TenantId tenant, std::int64_t before,
                                              std::size_t limit);

// The record of the end of a match.
struct MatchEnd {
    MatchId id; // the id of this record; ids of matches and of their ends share one order
    MatchId match;
    std::string reason;
    std::string actor; // empty: the bank, by a return
    Instant ended_at;
};
// False: it has ended already.
Step<bool> end_match(Session& s, TenantId tenant, const MatchEnd& end);
Step<std::optional<MatchEnd>> find_match_end(Session& s, TenantId tenant, MatchId match);

// Forward, in the order of the feed.
Step<FeedPage<domain::Match>> matches_after(Session& s, TenantId tenant, FeedPlace after,
                                            std::size_t limit);

} // namespace settled::store
