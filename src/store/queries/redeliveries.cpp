#include "store/queries/redeliveries.h"

namespace settled::store {

namespace {

const Statement insert{
    "INSERT INTO redelivery (tenant_id, id, endpoint_id, since_at, until_at, statuses, events, "
    "dry_run, status, total, queued, cursor_id, created_at, finished_at) VALUES ($1, $2, $3, $4, "
    "$5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"};
const Statement find{
    "SELECT tenant_id, id, endpoint_id, since_at, until_at, statuses, events, dry_run, status, "
    "total, queued, cursor_id, created_at, finished_at FROM redelivery WHERE tenant_id = $1 "
    "AND id = $2"};
const Statement update{"UPDATE redelivery SET status = $3, total = $4, queued = $5, "
                       "cursor_id = $6, finished_at = $7 WHERE tenant_id = $1 AND id = $2"};

} // namespace

Step<> insert_redelivery(Session& s, const RedeliveryRow& r) {
    co_await s.send(insert, r.tenant, r.id, r.endpoint, r.since, r.until, r.statuses, r.events,
                    r.dry_run ? 1 : 0, r.status, r.total, r.queued, r.cursor, r.created_at,
                    r.finished_at);
}

Step<std::optional<RedeliveryRow>> find_redelivery(Session& s, TenantId tenant, RedeliveryId id) {
    const Rows rows = co_await s.run(find, tenant, id);
    if (rows.empty())
        co_return std::nullopt;
    const Row row = rows.front();
    co_return RedeliveryRow{row.id<TenantId>(0), row.id<RedeliveryId>(1), row.id<EndpointId>(2),
                            row.instant(3),      row.instant(4),          row.string(5),
                            row.string(6),       row.integer(7) != 0,     row.string(8),
                            row.integer(9),      row.integer(10),         row.integer(11),
                            row.instant(12),     row.instant(13)};
}

Step<> update_redelivery(Session& s, const RedeliveryRow& r) {
    co_await s.send(update, r.tenant, r.id, r.status, r.total, r.queued, r.cursor, r.finished_at);
}

} // namespace settled::store
