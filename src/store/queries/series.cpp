#include "store/queries/series.h"

namespace settled::store {

namespace {

const Statement webhooks{"SELECT count(*) FROM (SELECT id FROM webhook WHERE tenant_id = $1 AND "
                         "id >= $2 AND id < $3 ORDER BY id LIMIT $4) AS counted"};
const Statement deliveries{
    "SELECT count(*) FROM (SELECT kind FROM task WHERE tenant_id = $1 AND id >= $2 AND id < $3 "
    "ORDER BY id LIMIT $4) AS counted WHERE kind = 'delivery'"};
const Statement matches{
    "SELECT rank, count(*) FROM (SELECT rank FROM settlement_match WHERE tenant_id = $1 AND id >= "
    "$2 AND id < $3 ORDER BY id LIMIT $4) AS counted GROUP BY rank"};

} // namespace

Step<std::int64_t> count_webhooks_in(Session& s, TenantId tenant, Span span, std::int64_t most) {
    const Rows rows =
        co_await s.run(webhooks, tenant, first_id_at(span.from), first_id_at(span.to), most);
    co_return rows.front().integer(0);
}

Step<std::int64_t> count_deliveries_in(Session& s, TenantId tenant, Span span, std::int64_t most) {
    const Rows rows =
        co_await s.run(deliveries, tenant, first_id_at(span.from), first_id_at(span.to), most);
    co_return rows.front().integer(0);
}

Step<std::map<std::int64_t, std::int64_t>> count_matches_in(Session& s, TenantId tenant, Span span,
                                                            std::int64_t most) {
    const Rows rows =
        co_await s.run(matches, tenant, first_id_at(span.from), first_id_at(span.to), most);
    std::map<std::int64_t, std::int64_t> by_rank;
    for (std::size_t i = 0; i < rows.size(); ++i)
        by_rank[rows[i].integer(0)] = rows[i].integer(1);
    co_return by_rank;
}

} // namespace settled::store
