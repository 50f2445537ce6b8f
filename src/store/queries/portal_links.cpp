#include "store/queries/portal_links.h"

namespace settled::store {

namespace {

#define COLUMNS                                                                                    \
    "tenant_id, id, hash, endpoint_id, can, created_by, created_at, expires_at, revoked_at"
const Statement add{"INSERT INTO portal_link (" COLUMNS
                    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
const Statement by_id{"SELECT " COLUMNS " FROM portal_link WHERE tenant_id = $1 AND id = $2"};
const Statement by_hash{"SELECT " COLUMNS " FROM portal_link WHERE hash = $1"};
const Statement of_endpoint{"SELECT " COLUMNS " FROM portal_link WHERE tenant_id = $1 AND "
                            "endpoint_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4"};
#undef COLUMNS
const Statement revoke{"UPDATE portal_link SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 "
                       "AND revoked_at IS NULL"};

PortalLinkRow read(const Row& row) {
    const BytesView hash = row.blob(2);
    return {row.id<TenantId>(0),
            row.id<PortalLinkId>(1),
            Bytes(hash.begin(), hash.end()),
            row.id<EndpointId>(3),
            row.string(4),
            row.string(5),
            row.instant(6),
            row.instant(7),
            row.is_null(8) ? std::nullopt : std::optional(row.instant(8))};
}

std::optional<PortalLinkRow> read_first(const Rows& rows) {
    return rows.empty() ? std::nullopt : std::optional(read(rows.front()));
}

} // namespace

Step<> insert_portal_link(Session& s, const PortalLinkRow& r) {
    co_await s.send(add, r.tenant, r.id, BytesView(r.hash), r.endpoint, r.can, r.created_by,
                    r.created_at, r.expires_at, r.revoked_at);
}

Step<std::optional<PortalLinkRow>> find_portal_link(Session& s, TenantId tenant, PortalLinkId id) {
    const Rows rows = co_await s.run(by_id, tenant, id);
    co_return read_first(rows);
}

Step<std::optional<PortalLinkRow>> find_portal_link_by_hash(Session& s, BytesView hash) {
    const Rows rows = co_await s.run(by_hash, hash);
    co_return read_first(rows);
}

Step<std::vector<PortalLinkRow>> list_portal_links(Session& s, TenantId tenant, EndpointId endpoint,
                                                   std::int64_t before, std::size_t limit) {
    const Rows rows =
        co_await s.run(of_endpoint, tenant, endpoint, before, static_cast<std::int64_t>(limit));
    std::vector<PortalLinkRow> links;
    for (std::size_t i = 0; i < rows.size(); ++i)
        links.push_back(read(rows[i]));
    co_return links;
}

Step<bool> revoke_portal_link(Session& s, TenantId tenant, PortalLinkId id, Instant now) {
    const Rows revoked = co_await s.run(revoke, tenant, id, now);
    co_return revoked.changed() == 1;
}

} // namespace settled::store
