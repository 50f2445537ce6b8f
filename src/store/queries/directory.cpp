#include "store/queries/directory.h"

#include "store/queries/nodes.h"

namespace settled::store {

namespace {

const Statement tenant_by_name{"SELECT id, name, created_at FROM tenant WHERE name = $1"};
const Statement tenant_by_id{"SELECT id, name, created_at FROM tenant WHERE id = $1"};
const Statement add_tenant{"INSERT INTO tenant (id, name, created_at) VALUES ($1, $2, $3)"};
const Statement tenants{"SELECT id, name, created_at FROM tenant ORDER BY id"};

#define KEY_COLUMNS                                                                                \
    "tenant_id, id, name, hash, hint, scopes, created_at, revoked_at, expires_at, made_by, "       \
    "last_used_at"
const Statement add_key{"INSERT INTO api_key (" KEY_COLUMNS
                        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};
const Statement key_by_hash{"SELECT " KEY_COLUMNS " FROM api_key WHERE hash = $1"};
const Statement keys{"SELECT " KEY_COLUMNS " FROM api_key WHERE tenant_id = $1 ORDER BY id"};
const Statement revoke{"UPDATE api_key SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 "
                       "AND revoked_at IS NULL"};
const Statement expire{"UPDATE api_key SET expires_at = $3 WHERE tenant_id = $1 AND id = $2 "
                       "AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)"};
const Statement use_key{"UPDATE api_key SET last_used_at = $3 WHERE tenant_id = $1 AND id = $2 "
                        "AND (last_used_at IS NULL OR last_used_at < $3)"};
#undef KEY_COLUMNS

#define CONNECTOR_COLUMNS "tenant_id, id, name, kind, settings, created_at"
const Statement add_connector{"INSERT INTO connector (" CONNECTOR_COLUMNS
                              ") VALUES ($1, $2, $3, $4, $5, $6) "
                              "ON CONFLICT (name) DO NOTHING"};
const Statement set_connector{
    "UPDATE connector SET settings = $3 WHERE tenant_id = $1 AND id = $2"};
const Statement drop_connector{"DELETE FROM connector WHERE tenant_id = $1 AND id = $2"};
const Statement connectors{"SELECT " CONNECTOR_COLUMNS
                           " FROM connector WHERE tenant_id = $1 ORDER BY id"};
const Statement connector_by_id{"SELECT " CONNECTOR_COLUMNS
                                " FROM connector WHERE tenant_id = $1 AND id = $2"};
const Statement connector_by_name{"SELECT " CONNECTOR_COLUMNS
                                  " FROM connector WHERE name = $2 AND tenant_id = $1"};
const Statement connectors_of_all{"SELECT " CONNECTOR_COLUMNS " FROM connector ORDER BY id"};
#undef CONNECTOR_COLUMNS

#define ACCOUNT_COLUMNS                                                                            \
    "tenant_id, id, account_key, iban, sort_code, account_number, name, external_id, "             \
    "bank_account_id, created_at, single_use"
const Statement add_account{
    "INSERT INTO account (" ACCOUNT_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, "
    "$7, $8, $9, $10, $11) ON CONFLICT (tenant_id, account_key) DO NOTHING"};
const Statement account_by_id{"SELECT " ACCOUNT_COLUMNS
                              " FROM account WHERE tenant_id = $1 AND id = $2"};
const Statement account_by_key{"SELECT " ACCOUNT_COLUMNS
                               " FROM account WHERE tenant_id = $1 AND account_key = $2"};
const Statement account_by_bank_id{"SELECT " ACCOUNT_COLUMNS " FROM account WHERE tenant_id = $1 "
                                   "AND bank_account_id = $2 AND bank_account_id <> '' "
                                   "ORDER BY id LIMIT 1"};
const Statement accounts{"SELECT " ACCOUNT_COLUMNS " FROM account WHERE tenant_id = $1 AND id < $2 "
                         "ORDER BY id DESC LIMIT $3"};
#undef ACCOUNT_COLUMNS

TenantRow read_tenant(const Row& row) {
    return {row.id<TenantId>(0), row.string(1), row.instant(2)};
}

std::optional<Instant> optional_instant(const Row& row, std::size_t column) {
    return row.is_null(column) ? std::nullopt : std::optional(row.instant(column));
}

ApiKeyRow read_key(const Row& row) {
    const BytesView hash = row.blob(3);
    return {row.id<TenantId>(0),
            row.id<ApiKeyId>(1),
            row.string(2),
            Bytes(hash.begin(), hash.end()),
            row.string(4),
            row.string(5),
            row.instant(6),
            optional_instant(row, 7),
            optional_instant(row, 8),
            row.string(9),
            optional_instant(row, 10)};
}

ConnectorRow read_connector(const Row& row) {
    return {row.id<TenantId>(0), row.id<ConnectorId>(1), row.string(2),
            row.string(3),       row.string(4),          row.instant(5)};
}

AccountRow read_account(const Row& row) {
    return {row.id<TenantId>(0), row.id<AccountId>(1), row.string(2),       row.string(3),
            row.string(4),       row.string(5),        row.string(6),       row.string(7),
            row.string(8),       row.instant(9),       row.integer(10) != 0};
}

template <class T>
std::vector<T> read_all(const Rows& rows, T (*read)(const Row&)) {
    std::vector<T> all;
    for (std::size_t i = 0; i < rows.size(); ++i)
        all.push_back(read(rows[i]));
    return all;
}

template <class T>
std::optional<T> read_first(const Rows& rows, T (*read)(const Row&)) {
    return rows.empty() ? std::nullopt : std::optional<T>(read(rows.front()));
}

} // namespace

Step<std::optional<TenantRow>> find_tenant_by_name(Session& s, std::string_view name) {
    const Rows rows = co_await s.run(tenant_by_name, name);
    co_return read_first(rows, read_tenant);
}

Step<std::optional<TenantRow>> find_tenant(Session& s, TenantId id) {
    const Rows rows = co_await s.run(tenant_by_id, id);
    co_return read_first(rows, read_tenant);
}

Step<> insert_tenant(Session& s, const TenantRow& tenant) {
    co_await s.send(add_tenant, tenant.id, tenant.name, tenant.created_at);
}

Step<std::vector<TenantRow>> list_tenants(Session& s) {
    const Rows rows = co_await s.run(tenants);
    co_return read_all(rows, read_tenant);
}

Step<> insert_api_key(Session& s, const ApiKeyRow& k) {
    co_await s.send(add_key, k.tenant, k.id, k.name, BytesView(k.hash), k.hint, k.scopes,
                    k.created_at, k.revoked_at, k.expires_at, k.made_by, k.last_used_at);
}

Step<std::optional<ApiKeyRow>> find_api_key_by_hash(Session& s, BytesView hash) {
    const Rows rows = co_await s.run(key_by_hash, hash);
    co_return read_first(rows, read_key);
}

Step<std::vector<ApiKeyRow>> list_api_keys(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(keys, tenant);
    co_return read_all(rows, read_key);
}

Step<bool> revoke_api_key(Session& s, TenantId tenant, ApiKeyId id, Instant now) {
    const Rows revoked = co_await s.run(revoke, tenant, id, now);
    co_return revoked.changed() == 1;
}

Step<> expire_api_key(Session& s, TenantId tenant, ApiKeyId id, Instant at) {
    co_await s.send(expire, tenant, id, at);
}

Step<> note_api_key_use(Session& s, ApiKeyUse use) {
    co_await s.send(use_key, use.tenant, use.key, use.at);
}

Step<> remove_connector(Session& s, TenantId tenant, ConnectorId id) {
    co_await s.send(drop_connector, tenant, id);
    co_await bump_cache_version(s, book_connectors);
}

Step<std::optional<ConnectorRow>> find_connector(Session& s, TenantId tenant, ConnectorId id) {
    const Rows rows = co_await s.run(connector_by_id, tenant, id);
    co_return read_first(rows, read_connector);
}

Step<std::optional<ConnectorRow>> find_connector_by_name(Session& s, TenantId tenant,
                                                         std::string_view name) {
    const Rows rows = co_await s.run(connector_by_name, tenant, name);
    co_return read_first(rows, read_connector);
}

Step<bool> insert_connector(Session& s, const ConnectorRow& connector) {
    const Rows added = co_await s.run(add_connector, connector.tenant, connector.id, connector.name,
                                      connector.kind, connector.settings, connector.created_at);
    if (added.changed() == 1)
        co_await bump_cache_version(s, book_connectors);
    co_return added.changed() == 1;
}

Step<bool> update_connector_settings(Session& s, TenantId tenant, ConnectorId id,
                                     std::string_view settings) {
    const Rows updated = co_await s.run(set_connector, tenant, id, settings);
    co_await bump_cache_version(s, book_connectors);
    co_return updated.changed() == 1;
}

Step<std::vector<ConnectorRow>> list_connectors(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(connectors, tenant);
    co_return read_all(rows, read_connector);
}

Step<std::vector<ConnectorRow>> all_connectors(Session& s) {
    const Rows rows = co_await s.run(connectors_of_all);
    co_return read_all(rows, read_connector);
}

Step<bool> insert_account(Session& s, const AccountRow& a) {
    const Rows added = co_await s.run(add_account, a.tenant, a.id, a.account_key, a.iban,
                                      a.sort_code, a.account_number, a.name, a.external_id,
                                      a.bank_account_id, a.created_at, a.single_use ? 1 : 0);
    co_return added.changed() == 1;
}

Step<std::optional<AccountRow>> find_account(Session& s, TenantId tenant, AccountId id) {
    const Rows rows = co_await s.run(account_by_id, tenant, id);
    co_return read_first(rows, read_account);
}

Step<std::optional<AccountRow>> find_account_by_key(Session& s, TenantId tenant,
                                                    std::string_view key) {
    const Rows rows = co_await s.run(account_by_key, tenant, key);
    co_return read_first(rows, read_account);
}

Step<std::optional<AccountRow>> find_account_by_bank_id(Session& s, TenantId tenant,
                                                        std::string_view id) {
    const Rows rows = co_await s.run(account_by_bank_id, tenant, id);
    co_return read_first(rows, read_account);
}

Step<std::vector<AccountRow>> list_accounts(Session& s, TenantId tenant, std::int64_t before,
                                            std::size_t limit) {
    const Rows rows = co_await s.run(accounts, tenant, before, static_cast<std::int64_t>(limit));
    co_return read_all(rows, read_account);
}

} // namespace settled::store
