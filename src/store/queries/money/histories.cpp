#include "store/queries/money/histories.h"

#include <algorithm>

namespace settled::store {

namespace {

// They are put into order here: asked for it, SQLite walks all matches of the tenant in that order.
const Statement matches_of_settlement_ever{
    "SELECT id FROM settlement_match WHERE tenant_id = $1 AND settlement_id = $2 LIMIT $3"};
const Statement matches_of_payment_ever{
    "SELECT id FROM settlement_match WHERE tenant_id = $1 AND payment_id = $2 LIMIT $3"};
const Statement reviews_of_subject{
    "SELECT id, kind, subject_id, status, created_at, closed_at, decision, reason, actor FROM "
    "review WHERE tenant_id = $1 AND subject_id = $2 ORDER BY id LIMIT $3"};
const Statement events_of_subject{
    "SELECT id, type, subject_id, version, created_at FROM event WHERE tenant_id = $1 AND "
    "subject_id = $2 ORDER BY version LIMIT $3"};

std::vector<MatchId> ids_in(const Rows& rows) {
    std::vector<MatchId> ids;
    for (std::size_t i = 0; i < rows.size(); ++i)
        ids.push_back(rows[i].id<MatchId>(0));
    std::ranges::sort(ids);
    return ids;
}

ReviewRow review_at(const Row& row) {
    return {row.id<ReviewId>(0),
            row.string(1),
            row.integer(2),
            row.string(3),
            "",
            row.instant(4),
            row.is_null(5) ? std::nullopt : std::optional(row.instant(5)),
            row.string(6),
            row.string(7),
            row.string(8)};
}

} // namespace

Step<std::vector<MatchId>> all_matches_of_settlement(Session& s, TenantId tenant, SettlementId id,
                                                     std::size_t limit) {
    const Rows rows =
        co_await s.run(matches_of_settlement_ever, tenant, id, static_cast<std::int64_t>(limit));
    co_return ids_in(rows);
}

Step<std::vector<MatchId>> all_matches_of_payment(Session& s, TenantId tenant, PaymentId id,
                                                  std::size_t limit) {
    const Rows rows =
        co_await s.run(matches_of_payment_ever, tenant, id, static_cast<std::int64_t>(limit));
    co_return ids_in(rows);
}

Step<std::vector<ReviewRow>> reviews_of(Session& s, TenantId tenant, std::int64_t subject,
                                        std::size_t limit) {
    const Rows rows =
        co_await s.run(reviews_of_subject, tenant, subject, static_cast<std::int64_t>(limit));
    std::vector<ReviewRow> reviews;
    for (std::size_t i = 0; i < rows.size(); ++i)
        reviews.push_back(review_at(rows[i]));
    co_return reviews;
}

Step<std::vector<EventRow>> events_about(Session& s, TenantId tenant, std::int64_t subject,
                                         std::size_t limit) {
    const Rows rows =
        co_await s.run(events_of_subject, tenant, subject, static_cast<std::int64_t>(limit));
    std::vector<EventRow> events;
    for (std::size_t i = 0; i < rows.size(); ++i)
        events.push_back({rows[i].id<EventId>(0), rows[i].string(1), rows[i].integer(2),
                          rows[i].integer(3), "", rows[i].instant(4)});
    co_return events;
}

} // namespace settled::store
