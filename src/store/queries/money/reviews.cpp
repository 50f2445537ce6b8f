#include "store/queries/money/reviews.h"

#include "store/queries/filtered_lists.h"

namespace settled::store {

namespace {

#define REVIEW_COLUMNS                                                                             \
    "id, kind, subject_id, status, detail, created_at, closed_at, decision, reason, actor"
const Statement insert{"INSERT INTO review (tenant_id, " REVIEW_COLUMNS
                       ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};
const Statement find{"SELECT " REVIEW_COLUMNS " FROM review WHERE tenant_id = $1 AND id = $2"};
const Statement find_open{"SELECT " REVIEW_COLUMNS
                          " FROM review WHERE tenant_id = $1 AND subject_id = $2 "
                          "AND kind = $3 AND status = 'open' LIMIT 1"};
const Statement find_open_of_settlement{
    "SELECT " REVIEW_COLUMNS " FROM review WHERE tenant_id = $1 AND subject_id = $2 "
    "AND kind IN ('settlement_ambiguous', 'suggested_match') AND status = 'open' LIMIT 1"};
const Statement find_details{"SELECT detail FROM review WHERE tenant_id = $1 AND subject_id = $2 "
                             "AND status = 'open'"};
const Statement update{"UPDATE review SET detail = $3 WHERE tenant_id = $1 AND id = $2"};
const Statement close{"UPDATE review SET status = 'closed', closed_at = $3 WHERE tenant_id = $1 "
                      "AND id = $2 AND status = 'open'"};
const Statement decide{"UPDATE review SET status = 'closed', closed_at = $3, decision = $4, "
                       "reason = $5, actor = $6 WHERE tenant_id = $1 AND id = $2 AND "
                       "status = 'open'"};
const Statement keep{"UPDATE review SET status = 'closed', closed_at = COALESCE(closed_at, $3), "
                     "decision = $4, reason = $5, actor = $6 WHERE tenant_id = $1 AND id = $2 AND "
                     "decision = ''"};
const Statement list{"SELECT " REVIEW_COLUMNS " FROM review WHERE tenant_id = $1 AND id < $2 "
                     "ORDER BY id DESC LIMIT $3"};
const Statement list_of_status{"SELECT " REVIEW_COLUMNS " FROM review WHERE tenant_id = $1 AND "
                               "id < $2 AND status = $4 ORDER BY id DESC LIMIT $3"};
// Never by the tenant's ids alone.
const Statement list_of_kind{"SELECT " REVIEW_COLUMNS " FROM review WHERE tenant_id = $1 AND "
                             "(kind, id) < ($4, $2) AND kind >= $4 "
                             "ORDER BY kind DESC, id DESC LIMIT $3"};
const Statement several{"SELECT " REVIEW_COLUMNS " FROM review WHERE id IN (" SETTLED_ID_LIST
                        ") AND tenant_id = $17"};
#undef REVIEW_COLUMNS

ReviewRow read(const Row& row) {
    return {row.id<ReviewId>(0),
            row.string(1),
            row.integer(2),
            row.string(3),
            row.string(4),
            row.instant(5),
            row.is_null(6) ? std::nullopt : std::optional(row.instant(6)),
            row.string(7),
            row.string(8),
            row.string(9)};
}

std::optional<ReviewRow> first(const Rows& rows) {
    return rows.empty() ? std::nullopt : std::optional(read(rows.front()));
}

} // namespace

Step<> insert_review(Session& s, TenantId tenant, const ReviewRow& r) {
    co_await s.send(insert, tenant, r.id, r.kind, r.subject_id, r.status, r.detail, r.created_at,
                    r.closed_at, r.decision, r.reason, r.actor);
    s.made({Feed::reviews, tenant, r.id.value});
}

Step<std::optional<ReviewRow>> find_review(Session& s, TenantId tenant, ReviewId id) {
    const Rows rows = co_await s.run(find, tenant, id);
    co_return first(rows);
}

Step<std::optional<ReviewRow>> find_open_review(Session& s, TenantId tenant, std::string_view kind,
                                                std::int64_t subject_id) {
    const Rows rows = co_await s.run(find_open, tenant, subject_id, kind);
    co_return first(rows);
}

Step<std::optional<ReviewRow>> find_open_review_of(Session& s, TenantId tenant,
                                                   SettlementId settlement) {
    const Rows rows = co_await s.run(find_open_of_settlement, tenant, settlement);
    co_return first(rows);
}

Step<bool> open_review_mentions(Session& s, TenantId tenant, std::int64_t subject_id,
                                std::string_view text) {
    const Rows rows = co_await s.run(find_details, tenant, subject_id);
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].text(0).find(text) != std::string_view::npos)
            co_return true;
    co_return false;
}

Step<> update_review_detail(Session& s, TenantId tenant, ReviewId id, std::string_view detail) {
    co_await s.send(update, tenant, id, detail);
}

Step<> close_review(Session& s, TenantId tenant, ReviewId id, Instant now) {
    co_await s.send(close, tenant, id, now);
}

Step<bool> decide_review(Session& s, TenantId tenant, ReviewId id, Ruling ruling, Instant now) {
    const Rows decided =
        co_await s.run(decide, tenant, id, now, ruling.decision, ruling.reason, ruling.actor);
    co_return decided.changed() == 1;
}

Step<> keep_ruling(Session& s, TenantId tenant, ReviewId id, Ruling ruling, Instant now) {
    co_await s.send(keep, tenant, id, now, ruling.decision, ruling.reason, ruling.actor);
}

Step<std::vector<ReviewRow>> list_reviews_of_kind(Session& s, TenantId tenant,
                                                  std::string_view kind, std::int64_t before,
                                                  std::size_t limit) {
    const Rows rows =
        co_await s.run(list_of_kind, tenant, before, static_cast<std::int64_t>(limit), kind);
    std::vector<ReviewRow> reviews;
    for (std::size_t i = 0; i < rows.size(); ++i)
        reviews.push_back(read(rows[i]));
    co_return reviews;
}

Step<std::vector<ReviewRow>> list_reviews(Session& s, TenantId tenant, std::string_view status,
                                          std::int64_t before, std::size_t limit) {
    const auto most = static_cast<std::int64_t>(limit);
    Rows rows;
    if (status.empty())
        rows = co_await s.run(list, tenant, before, most);
    else
        rows = co_await s.run(list_of_status, tenant, before, most, status);
    std::vector<ReviewRow> reviews;
    for (std::size_t i = 0; i < rows.size(); ++i)
        reviews.push_back(read(rows[i]));
    co_return reviews;
}

Step<FeedPage<ReviewRow>> reviews_after(Session& s, TenantId tenant, FeedPlace after,
                                        std::size_t limit) {
    return read_feed<ReviewRow>(s, Feed::reviews, several, tenant, after, std::nullopt, limit,
                                read);
}

} // namespace settled::store
