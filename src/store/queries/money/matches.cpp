#include "store/queries/money/matches.h"

#include "store/figures.h"
#include "store/queries/money/identity_columns.h"

#include <algorithm>

namespace settled::store {

namespace {

// A match's own amount is 0 when it is all of the settlement's, as in matches made before there
// were splits: the settlement knows it.
#define MATCH_COLUMNS                                                                              \
    "m.id, m.settlement_id, m.payment_id, m.rank, m.rule_version, m.evidence, m.matched_at, "      \
    "m.rules, m.pairing, m.amount_minor, m.actor, m.ended_at, t.amount_minor, t.currency"
#define MATCHES                                                                                    \
    " FROM settlement_match m JOIN settlement t ON t.tenant_id = m.tenant_id AND t.id = "          \
    "m.settlement_id WHERE m.tenant_id = $1 "

const Statement insert{
    "INSERT INTO settlement_match (tenant_id, id, settlement_id, payment_id, rank, rule_version, "
    "evidence, matched_at, rules, pairing, amount_minor, actor, settlement_slot, payment_slot) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"};
const Statement by_id{"SELECT " MATCH_COLUMNS MATCHES "AND m.id = $2"};
// They are put into order here: asked for it, SQLite walks all matches of the tenant in that order.
const Statement by_settlement{"SELECT " MATCH_COLUMNS MATCHES
                              "AND m.settlement_id = $2 AND m.ended_at IS NULL"};
const Statement by_payment{"SELECT " MATCH_COLUMNS MATCHES
                           "AND m.payment_id = $2 AND m.ended_at IS NULL"};
const Statement list{"SELECT " MATCH_COLUMNS MATCHES "AND m.id < $2 ORDER BY m.id DESC LIMIT $3"};
const Statement several{
    "SELECT " MATCH_COLUMNS
    " FROM settlement_match m JOIN settlement t ON t.tenant_id = m.tenant_id AND "
    "t.id = m.settlement_id WHERE m.tenant_id = $17 AND m.id IN (" SETTLED_ID_LIST ")"};
const Statement end{
    "UPDATE settlement_match SET ended_at = $3, settlement_slot = id, payment_slot = id "
    "WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL"};
const Statement insert_end{"INSERT INTO match_end (tenant_id, id, match_id, reason, actor, "
                           "ended_at) VALUES ($1, $2, $3, $4, $5, $6)"};
const Statement end_of{"SELECT id, match_id, reason, actor, ended_at FROM match_end "
                       "WHERE tenant_id = $1 AND match_id = $2"};

#undef MATCHES
#undef MATCH_COLUMNS

domain::Match read(const Row& row) {
    const auto pairing = domain::pairing_named(row.text(8));
    SETTLED_ASSERT(pairing.has_value(), "the store holds a pairing that is none: {}", row.text(8));
    domain::Match match;
    match.id = row.id<MatchId>(0);
    match.settlement_id = row.id<SettlementId>(1);
    match.payment_id = row.id<PaymentId>(2);
    match.rank = static_cast<match::Rank>(row.integer(3));
    match.rule_version = static_cast<int>(row.integer(4));
    match.evidence = row.text(5);
    match.matched_at = row.instant(6);
    match.rules = row.text(7);
    match.pairing = *pairing;
    match.amount = money_at(row, row.integer(9) == 0 ? 12 : 9, 13);
    match.actor = row.text(10);
    if (!row.is_null(11))
        match.ended_at = row.instant(11);
    return match;
}

std::vector<domain::Match> read_all(const Rows& rows) {
    std::vector<domain::Match> matches;
    for (std::size_t i = 0; i < rows.size(); ++i)
        matches.push_back(read(rows[i]));
    return matches;
}

std::vector<domain::Match> in_order(std::vector<domain::Match> matches) {
    std::ranges::sort(matches, {}, &domain::Match::id);
    return matches;
}

} // namespace

Step<> insert_match(Session& s, TenantId tenant, const domain::Match& m) {
    const std::int64_t own = m.id.value;
    co_await s.send(insert, tenant, m.id, m.settlement_id, m.payment_id, static_cast<int>(m.rank),
                    m.rule_version, m.evidence, m.matched_at, m.rules, token(m.pairing),
                    m.amount.minor, m.actor, m.pairing == domain::Pairing::merge ? own : 0,
                    m.pairing == domain::Pairing::split ? own : 0);
    s.made({Feed::matches, tenant, own});
    count_figure(
        s, {tenant, Metric::matches_by_rank, static_cast<std::int64_t>(m.rank), m.matched_at});
}

Step<std::optional<domain::Match>> find_match(Session& s, TenantId tenant, MatchId id) {
    const Rows rows = co_await s.run(by_id, tenant, id);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::vector<domain::Match>> matches_of_settlement(Session& s, TenantId tenant,
                                                       SettlementId id) {
    const Rows rows = co_await s.run(by_settlement, tenant, id);
    co_return in_order(read_all(rows));
}

Step<std::vector<domain::Match>> matches_of_payment(Session& s, TenantId tenant, PaymentId id) {
    const Rows rows = co_await s.run(by_payment, tenant, id);
    co_return in_order(read_all(rows));
}

Step<std::vector<domain::Match>> list_matches(Session& s, TenantId tenant, std::int64_t before,
                                              std::size_t limit) {
    const Rows rows = co_await s.run(list, tenant, before, static_cast<std::int64_t>(limit));
    co_return read_all(rows);
}

Step<bool> end_match(Session& s, TenantId tenant, const MatchEnd& e) {
    const Rows ended = co_await s.run(end, tenant, e.match, e.ended_at);
    if (ended.changed() != 1)
        co_return false;
    co_await s.send(insert_end, tenant, e.id, e.match, e.reason, e.actor, e.ended_at);
    s.made({Feed::match_ends, tenant, e.id.value});
    co_return true;
}

Step<std::optional<MatchEnd>> find_match_end(Session& s, TenantId tenant, MatchId match) {
    const Rows rows = co_await s.run(end_of, tenant, match);
    if (rows.empty())
        co_return std::nullopt;
    const Row row = rows.front();
    co_return MatchEnd{row.id<MatchId>(0), row.id<MatchId>(1), row.string(2), row.string(3),
                       row.instant(4)};
}

Step<FeedPage<domain::Match>> matches_after(Session& s, TenantId tenant, FeedPlace after,
                                            std::size_t limit) {
    return read_feed<domain::Match>(s, Feed::matches, several, tenant, after, std::nullopt, limit,
                                    read);
}

} // namespace settled::store
