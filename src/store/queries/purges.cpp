#include "store/queries/purges.h"

namespace settled::store {

namespace {

#define PURGE_COLUMNS                                                                              \
    "tenant_id, id, kinds, until_at, dry_run, status, stage, cursor_id, steps, payments, "         \
    "settlements, matches, events, deliveries, calls, kept, made_by, created_at, finished_at"

const Statement insert{"INSERT INTO purge (" PURGE_COLUMNS
                       ") VALUES ($1, $2, $3, $4, $5, 'running', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, $6, "
                       "$7, 0)"};
const Statement find{"SELECT " PURGE_COLUMNS " FROM purge WHERE tenant_id = $1 AND id = $2"};
const Statement begin_step{"UPDATE purge SET steps = steps + 1 WHERE tenant_id = $1 AND id = $2 "
                           "AND steps = $3 AND status = 'running'"};
const Statement update{
    "UPDATE purge SET status = $3, stage = $4, cursor_id = $5, payments = $6, settlements = $7, "
    "matches = $8, events = $9, deliveries = $10, calls = $11, kept = $12, finished_at = $13 "
    "WHERE tenant_id = $1 AND id = $2"};
const Statement running{
    "SELECT t.id, (SELECT p.id FROM purge p WHERE p.tenant_id = t.id AND p.status = 'running' "
    "ORDER BY p.id LIMIT 1) FROM tenant t"};
const Statement last_daily{"SELECT created_at FROM purge WHERE tenant_id = $1 AND made_by = '' "
                           "ORDER BY id DESC LIMIT 1"};

#undef PURGE_COLUMNS

PurgeRow read(const Row& row) {
    PurgeRow purge;
    purge.tenant = row.id<TenantId>(0);
    purge.id = row.id<PurgeId>(1);
    purge.kinds = row.text(2);
    purge.until = row.instant(3);
    purge.dry_run = row.integer(4) != 0;
    purge.status = row.text(5);
    purge.stage = row.integer(6);
    purge.cursor = row.integer(7);
    purge.steps = row.integer(8);
    purge.counts = {row.integer(9),  row.integer(10), row.integer(11), row.integer(12),
                    row.integer(13), row.integer(14), row.integer(15)};
    purge.made_by = row.text(16);
    purge.created_at = row.instant(17);
    purge.finished_at = row.instant(18);
    return purge;
}

} // namespace

Step<> insert_purge(Session& s, const PurgeRow& p) {
    co_await s.send(insert, p.tenant, p.id, p.kinds, p.until, p.dry_run ? 1 : 0, p.made_by,
                    p.created_at);
}

Step<std::optional<PurgeRow>> find_purge(Session& s, TenantId tenant, PurgeId id) {
    const Rows rows = co_await s.run(find, tenant, id);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<bool> begin_purge_step(Session& s, TenantId tenant, PurgeId id, std::int64_t steps) {
    const Rows begun = co_await s.run(begin_step, tenant, id, steps);
    co_return begun.changed() == 1;
}

Step<> update_purge(Session& s, const PurgeRow& p) {
    const PurgeCounts& c = p.counts;
    co_await s.send(update, p.tenant, p.id, p.status, p.stage, p.cursor, c.payments, c.settlements,
                    c.matches, c.events, c.deliveries, c.calls, c.kept, p.finished_at);
}

Step<std::vector<RunningPurge>> running_purges(Session& s) {
    const Rows rows = co_await s.run(running);
    std::vector<RunningPurge> all;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (!rows[i].is_null(1))
            all.push_back({rows[i].id<TenantId>(0), rows[i].id<PurgeId>(1)});
    co_return all;
}

Step<std::optional<Instant>> last_daily_purge(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(last_daily, tenant);
    if (rows.empty())
        co_return std::nullopt;
    co_return rows.front().instant(0);
}

} // namespace settled::store
