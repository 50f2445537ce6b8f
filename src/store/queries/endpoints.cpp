#include "store/queries/endpoints.h"

#include "store/queries/nodes.h"

namespace settled::store {

namespace {

#define ENDPOINT_COLUMNS                                                                           \
    "tenant_id, id, url, events, auth, username, sealed_secret, status, created_at, "              \
    "settings"

const Statement insert{"INSERT INTO endpoint (" ENDPOINT_COLUMNS
                       ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};
const Statement find{"SELECT " ENDPOINT_COLUMNS " FROM endpoint WHERE tenant_id = $1 AND id = $2"};
const Statement list{"SELECT " ENDPOINT_COLUMNS " FROM endpoint WHERE tenant_id = $1 "
                     "AND status <> 'deleted' ORDER BY id"};
const Statement count{"SELECT count(*) FROM endpoint WHERE tenant_id = $1 AND status <> "
                      "'deleted'"};
const Statement list_active{"SELECT " ENDPOINT_COLUMNS " FROM endpoint WHERE status = 'active'"};
const Statement update{
    "UPDATE endpoint SET url = $3, events = $4, auth = $5, username = $6, "
    "sealed_secret = $7, status = $8, settings = $9 WHERE tenant_id = $1 AND id = $2"};
const Statement count_event{"UPDATE endpoint SET version = version + 1 WHERE tenant_id = $1 "
                            "AND id = $2 RETURNING version"};
const Statement find_subscribers{"SELECT id, events, settings FROM endpoint WHERE tenant_id = $1 "
                                 "AND status IN ('active', 'paused') ORDER BY id"};

#undef ENDPOINT_COLUMNS

EndpointRow read(const Row& row) {
    const BytesView sealed = row.blob(6);
    return {row.id<TenantId>(0),
            row.id<EndpointId>(1),
            row.string(2),
            row.string(3),
            row.string(4),
            row.string(5),
            Bytes(sealed.begin(), sealed.end()),
            row.string(7),
            row.instant(8),
            row.string(9)};
}

std::vector<EndpointRow> read_all(const Rows& rows) {
    std::vector<EndpointRow> endpoints;
    for (std::size_t i = 0; i < rows.size(); ++i)
        endpoints.push_back(read(rows[i]));
    return endpoints;
}

} // namespace

Step<> insert_endpoint(Session& s, const EndpointRow& e) {
    co_await s.send(insert, e.tenant, e.id, e.url, e.events, e.auth, e.username,
                    BytesView(e.sealed_secret), e.status, e.created_at, e.settings);
    co_await bump_cache_version(s, book_endpoints);
}

Step<std::optional<EndpointRow>> find_endpoint(Session& s, TenantId tenant, EndpointId id) {
    const Rows rows = co_await s.run(find, tenant, id);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::vector<EndpointRow>> list_endpoints(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(list, tenant);
    co_return read_all(rows);
}

Step<std::int64_t> count_endpoints(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(count, tenant);
    co_return rows.front().integer(0);
}

Step<std::vector<EndpointRow>> all_active_endpoints(Session& s) {
    const Rows rows = co_await s.run(list_active);
    co_return read_all(rows);
}

Step<> update_endpoint(Session& s, const EndpointRow& e) {
    co_await s.send(update, e.tenant, e.id, e.url, e.events, e.auth, e.username,
                    BytesView(e.sealed_secret), e.status, e.settings);
    co_await bump_cache_version(s, book_endpoints);
}

Step<std::int64_t> next_endpoint_version(Session& s, TenantId tenant, EndpointId id) {
    const Rows rows = co_await s.run(count_event, tenant, id);
    SETTLED_ASSERT(!rows.empty(), "an event is about an endpoint that was read");
    co_return rows.front().integer(0);
}

Step<std::vector<Subscriber>> subscribers(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(find_subscribers, tenant);
    std::vector<Subscriber> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back({rows[i].id<EndpointId>(0), rows[i].string(1), rows[i].string(2)});
    co_return found;
}

Step<> endpoints_changed(Session& s) {
    co_await bump_cache_version(s, book_endpoints);
}

} // namespace settled::store
