#include "store/queries/walks.h"

#include <algorithm>
#include <array>

namespace settled::store {

namespace {

struct Walk {
    const Statement page;
    const Statement count;
};

#define WALK(table, subject, condition)                                                            \
    Walk {                                                                                         \
        Statement{"SELECT id, " subject " FROM " table                                             \
                  " WHERE tenant_id = $1 AND id > $2" condition " ORDER BY id LIMIT $3"},          \
            Statement {                                                                            \
            "SELECT count(*) FROM " table " WHERE tenant_id = $1" condition                        \
        }                                                                                          \
    }

// In the order of Walked.
const std::array walks{
    WALK("payment", "id", ""),
    WALK("payment", "id",
         " AND (settled_minor <> 0 OR status IN ('settled', 'partially_settled'))"),
    WALK("settlement", "id", ""),
    WALK("settlement", "id", " AND status = 'matched'"),
    WALK("reversal", "id", ""),
    WALK("settlement_match", "id", ""),
    WALK("settlement_match", "id", " AND actor <> ''"),
    WALK("match_end", "match_id", " AND actor <> ''"),
};

#undef WALK

const Statement matches_of{"SELECT id FROM settlement_match WHERE tenant_id = $1 AND "
                           "settlement_id = $2"};
const Statement slots{"SELECT settlement_slot, payment_slot FROM settlement_match WHERE "
                      "tenant_id = $1 AND id = $2"};

} // namespace

Step<std::vector<WalkedId>> walk(Session& s, TenantId tenant, Walked what, std::int64_t after,
                                 std::size_t limit) {
    const Statement& page = walks[static_cast<std::size_t>(what)].page;
    const Rows rows = co_await s.run(page, tenant, after, static_cast<std::int64_t>(limit));
    std::vector<WalkedId> ids;
    for (std::size_t i = 0; i < rows.size(); ++i)
        ids.push_back({rows[i].integer(0), rows[i].integer(1)});
    co_return ids;
}

Step<std::int64_t> count(Session& s, TenantId tenant, Walked what) {
    const Rows rows = co_await s.run(walks[static_cast<std::size_t>(what)].count, tenant);
    co_return rows.front().integer(0);
}

Step<std::vector<MatchId>> all_matches_of(Session& s, TenantId tenant, SettlementId settlement) {
    const Rows rows = co_await s.run(matches_of, tenant, settlement);
    std::vector<MatchId> ids;
    for (std::size_t i = 0; i < rows.size(); ++i)
        ids.push_back(rows[i].id<MatchId>(0));
    std::ranges::sort(ids);
    co_return ids;
}

Step<MatchSlots> slots_of(Session& s, TenantId tenant, MatchId match) {
    const Rows rows = co_await s.run(slots, tenant, match);
    SETTLED_ASSERT(!rows.empty(), "whoever asks for the slots of a match has read it");
    co_return MatchSlots{rows.front().integer(0), rows.front().integer(1)};
}

} // namespace settled::store
