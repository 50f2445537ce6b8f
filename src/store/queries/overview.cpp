#include "store/queries/overview.h"

namespace settled::store {

namespace {

// By (status, id): asked for one status in the order of ids, SQLite walks all tasks of the tenant.
const Statement deliveries_of_status{
    "SELECT count(*), min(created_at) FROM (SELECT kind, created_at FROM task WHERE tenant_id = $1 "
    "AND (status, id) > ($2, 0) AND status <= $2 AND lane_id <> 0 ORDER BY status, id LIMIT $3) AS "
    "waiting WHERE kind = 'delivery'"};
const Statement due_tasks{
    "SELECT count(*) FROM (SELECT tenant_id FROM task WHERE status = 'queued' AND lane_id = 0 AND "
    "lease_owner = 0 AND due_at <= $2 ORDER BY due_at LIMIT $3) AS due WHERE tenant_id = $1"};
const Statement open_reviews{
    "SELECT kind, count(*), min(created_at) FROM (SELECT kind, created_at FROM review WHERE "
    "tenant_id = $1 AND status = 'open' ORDER BY id LIMIT $2) AS waiting GROUP BY kind"};
const Statement waiting_calls{
    "SELECT count(*) FROM (SELECT lease_owner FROM call WHERE tenant_id = $1 AND connector_id = $2 "
    "AND status = 'queued' ORDER BY lease_owner, due_at LIMIT $3) AS waiting"};
const Statement newest_webhook{
    "SELECT received_at FROM webhook WHERE tenant_id = $1 AND connector_id = $2 AND status <> "
    "'review' ORDER BY received_at DESC LIMIT 1"};
const Statement orders_in_doubt{
    "SELECT count(*) FROM (SELECT id FROM payment_order WHERE tenant_id = $1 AND status = "
    "'in_doubt' LIMIT $2) AS waiting"};
const Statement first_settlement_of_status{
    "SELECT id, received_at FROM settlement WHERE tenant_id = $1 AND status = $2 ORDER BY id LIMIT "
    "1"};
const Statement first_waiting_settlement{
    "SELECT id, received_at FROM settlement WHERE tenant_id = $1 AND status = $2 AND booked = 0 "
    "ORDER BY id LIMIT 1"};

} // namespace

Step<CountSince> count_deliveries(Session& s, TenantId tenant, std::string_view status,
                                  std::int64_t most) {
    const Rows rows = co_await s.run(deliveries_of_status, tenant, status, most);
    CountSince counted{rows.front().integer(0), std::nullopt};
    if (counted.count > 0)
        counted.oldest_at = rows.front().instant(1);
    co_return counted;
}

Step<std::int64_t> count_due_tasks(Session& s, TenantId tenant, Instant now, std::int64_t most) {
    const Rows rows = co_await s.run(due_tasks, tenant, now, most);
    co_return rows.front().integer(0);
}

Step<OpenReviews> count_open_reviews(Session& s, TenantId tenant, std::int64_t most) {
    const Rows rows = co_await s.run(open_reviews, tenant, most);
    OpenReviews open;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        open.by_kind[rows[i].string(0)] = rows[i].integer(1);
        open.all.count += rows[i].integer(1);
        const Instant oldest = rows[i].instant(2);
        if (!open.all.oldest_at || oldest < *open.all.oldest_at)
            open.all.oldest_at = oldest;
    }
    co_return open;
}

Step<std::int64_t> count_waiting_calls(Session& s, TenantId tenant, ConnectorId connector,
                                       std::int64_t most) {
    const Rows rows = co_await s.run(waiting_calls, tenant, connector, most);
    co_return rows.front().integer(0);
}

Step<std::optional<Instant>> last_webhook_at(Session& s, TenantId tenant, ConnectorId connector) {
    const Rows rows = co_await s.run(newest_webhook, tenant, connector);
    co_return rows.empty() ? std::nullopt : std::optional(rows.front().instant(0));
}

Step<std::int64_t> count_orders_in_doubt(Session& s, TenantId tenant, std::int64_t most) {
    const Rows rows = co_await s.run(orders_in_doubt, tenant, most);
    co_return rows.front().integer(0);
}

Step<std::optional<OldestSettlement>> oldest_settlement(Session& s, TenantId tenant,
                                                        std::string_view status) {
    const Rows rows = co_await s.run(status == "unmatched" ? first_waiting_settlement
                                                           : first_settlement_of_status,
                                     tenant, status);
    if (rows.empty())
        co_return std::nullopt;
    co_return OldestSettlement{rows.front().id<SettlementId>(0), rows.front().instant(1)};
}

} // namespace settled::store
