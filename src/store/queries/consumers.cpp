#include "store/queries/consumers.h"

namespace settled::store {

namespace {

#define CONSUMER_COLUMNS                                                                           \
    "tenant_id, name, events, filter, position, event_id, purged, created_at, updated_at"
const Statement put{"INSERT INTO consumer (" CONSUMER_COLUMNS
                    ") VALUES ($1, $2, $3, $4, $5, $6, $8, $7, $7) ON CONFLICT (tenant_id, name) "
                    "DO UPDATE SET events = $3, filter = $4, updated_at = $7"};
const Statement find{"SELECT " CONSUMER_COLUMNS
                     " FROM consumer WHERE tenant_id = $1 AND name = $2"};
const Statement list{"SELECT " CONSUMER_COLUMNS
                     " FROM consumer WHERE tenant_id = $1 ORDER BY name"};
const Statement move{
    "UPDATE consumer SET position = $3, event_id = $4, updated_at = $5, purged = $6 "
    "WHERE tenant_id = $1 AND name = $2"};
const Statement remove{"DELETE FROM consumer WHERE tenant_id = $1 AND name = $2"};
#undef CONSUMER_COLUMNS

ConsumerRow read(const Row& row) {
    return {row.id<TenantId>(0),
            row.string(1),
            row.string(2),
            row.string(3),
            {row.integer(4), row.integer(5)},
            row.integer(6),
            row.instant(7),
            row.instant(8)};
}

} // namespace

Step<> put_consumer(Session& s, const ConsumerRow& c) {
    co_await s.send(put, c.tenant, c.name, c.events, c.filter, c.cursor.position, c.cursor.id,
                    c.updated_at, c.purged);
}

Step<std::optional<ConsumerRow>> find_consumer(Session& s, TenantId tenant, std::string_view name) {
    const Rows rows = co_await s.run(find, tenant, name);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::vector<ConsumerRow>> list_consumers(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(list, tenant);
    std::vector<ConsumerRow> consumers;
    for (std::size_t i = 0; i < rows.size(); ++i)
        consumers.push_back(read(rows[i]));
    co_return consumers;
}

Step<> move_consumer(Session& s, TenantId tenant, std::string_view name, FeedPlace cursor,
                     std::int64_t purged, Instant now) {
    co_await s.send(move, tenant, name, cursor.position, cursor.id, now, purged);
}

Step<bool> delete_consumer(Session& s, TenantId tenant, std::string_view name) {
    const Rows rows = co_await s.run(remove, tenant, name);
    co_return rows.changed() == 1;
}

} // namespace settled::store
