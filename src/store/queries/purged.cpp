#include "store/queries/purged.h"

#include <algorithm>

namespace settled::store {

namespace {

#define PURGED_COLUMNS "kind, id, name, event_id, endpoint_id, purged_at"

const Statement insert{"INSERT INTO purged (tenant_id, " PURGED_COLUMNS
                       ") VALUES ($1, $2, $3, $4, $5, $6, $7)"};
const Statement by_id{"SELECT " PURGED_COLUMNS
                      " FROM purged WHERE tenant_id = $1 AND kind = $2 AND id = $3"};
// The index's own condition, word for word: SQLite uses it for no other.
const Statement by_name{"SELECT " PURGED_COLUMNS
                        " FROM purged WHERE tenant_id = $1 AND kind = $2 AND kind < 3 AND name = "
                        "$3 AND name <> '' ORDER BY id DESC LIMIT 1"};
const Statement by_event{"SELECT " PURGED_COLUMNS
                         " FROM purged WHERE tenant_id = $1 AND event_id = $2 AND event_id <> 0 "
                         "AND endpoint_id = $3 ORDER BY id DESC LIMIT 1"};

#undef PURGED_COLUMNS

const Statement insert_evidence{"INSERT INTO purged_evidence (tenant_id, position, kind, id, hash) "
                                "VALUES ($1, $2, $3, $4, $5)"};
const Statement evidence{
    "SELECT position, kind, id, hash FROM purged_evidence WHERE tenant_id = $1 AND position > $2 "
    "AND position <= $3 ORDER BY position, kind LIMIT $4"};
const Statement last_event{"SELECT position FROM purged_evidence WHERE tenant_id = $1 AND kind = 4 "
                           "ORDER BY position DESC LIMIT 1"};
static_assert(static_cast<int>(domain::SealedKind::event) == 4);

std::int64_t number_of(PurgedKind kind) {
    return static_cast<std::int64_t>(kind);
}

std::optional<PurgedRow> read_first(const Rows& rows) {
    if (rows.empty())
        return std::nullopt;
    const Row row = rows.front();
    return PurgedRow{static_cast<PurgedKind>(row.integer(0)),
                     row.integer(1),
                     row.string(2),
                     row.id<EventId>(3),
                     row.id<EndpointId>(4),
                     row.instant(5)};
}

} // namespace

Step<> insert_purged(Session& s, TenantId tenant, const PurgedRow& row) {
    co_await s.send(insert, tenant, number_of(row.kind), row.id, row.name, row.event, row.endpoint,
                    row.purged_at);
}

Step<std::optional<PurgedRow>> find_purged(Session& s, TenantId tenant, PurgedKind kind,
                                           std::int64_t id) {
    const Rows rows = co_await s.run(by_id, tenant, number_of(kind), id);
    co_return read_first(rows);
}

Step<std::optional<PurgedRow>> find_purged_named(Session& s, TenantId tenant, PurgedKind kind,
                                                 std::string_view name) {
    const Rows rows = co_await s.run(by_name, tenant, number_of(kind), name);
    co_return read_first(rows);
}

Step<std::optional<PurgedRow>> find_purged_delivery(Session& s, TenantId tenant, EventId event,
                                                    EndpointId endpoint) {
    const Rows rows = co_await s.run(by_event, tenant, event, endpoint);
    co_return read_first(rows);
}

Step<> insert_purged_evidence(Session& s, TenantId tenant, const PurgedEvidence& e) {
    co_await s.send(insert_evidence, tenant, e.position, static_cast<std::int64_t>(e.kind), e.id,
                    e.hash);
}

Step<std::vector<PurgedEvidence>> purged_evidence(Session& s, TenantId tenant, std::int64_t from,
                                                  std::int64_t to, std::size_t limit) {
    const Rows rows = co_await s.run(evidence, tenant, from, to, static_cast<std::int64_t>(limit));
    std::vector<PurgedEvidence> all;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row row = rows[i];
        PurgedEvidence each{
            row.integer(0), static_cast<domain::SealedKind>(row.integer(1)), row.integer(2), {}};
        const BytesView hash = row.blob(3);
        std::ranges::copy(hash.first(std::min(hash.size(), each.hash.size())), each.hash.begin());
        all.push_back(each);
    }
    co_return all;
}

Step<std::int64_t> last_purged_event(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(last_event, tenant);
    co_return rows.empty() ? 0 : rows.front().integer(0);
}

} // namespace settled::store
