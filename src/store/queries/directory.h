// The configuration of an installation: tenants, API keys, webhook connectors, accounts.
#pragma once

#include "base/bytes.h"
#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::store {

struct TenantRow {
    TenantId id;
    std::string name;
    Instant created_at;
};
Step<std::optional<TenantRow>> find_tenant_by_name(Session& s, std::string_view name);
Step<std::optional<TenantRow>> find_tenant(Session& s, TenantId id);
Step<> insert_tenant(Session& s, const TenantRow& tenant);
Step<std::vector<TenantRow>> list_tenants(Session& s);

struct ApiKeyRow {
    TenantId tenant;
    ApiKeyId id;
    std::string name;
    Bytes hash;
    std::string hint;
    std::string scopes;
    Instant created_at;
    std::optional<Instant> revoked_at;
    std::optional<Instant> expires_at;        // from then on it is worth nothing; nullopt: it stays
    std::string made_by = {};                 // who may have it in hand; empty: it is not known
    std::optional<Instant> last_used_at = {}; // to a minute; nullopt: never, as far as it is known
};
Step<> insert_api_key(Session& s, const ApiKeyRow& key);
Step<std::optional<ApiKeyRow>> find_api_key_by_hash(Session& s, BytesView hash);
Step<std::vector<ApiKeyRow>> list_api_keys(Session& s, TenantId tenant);
// False: there is no such live key.
Step<bool> revoke_api_key(Session& s, TenantId tenant, ApiKeyId id, Instant now);
// Of a live key, which never lives longer by it.
Step<> expire_api_key(Session& s, TenantId tenant, ApiKeyId id, Instant at);

struct ApiKeyUse {
    TenantId tenant;
    ApiKeyId key;
    Instant at; // the minute's begin
};
// An older time than the one that is there changes nothing.
Step<> note_api_key_use(Session& s, ApiKeyUse use);

struct ConnectorRow {
    TenantId tenant;
    ConnectorId id;
    std::string name;
    std::string kind;
    std::string settings; // JSON
    Instant created_at;
};
// False: the name is taken.
Step<bool> insert_connector(Session& s, const ConnectorRow& connector);
Step<bool> update_connector_settings(Session& s, TenantId tenant, ConnectorId id,
                                     std::string_view settings);
// Its name is free then. What came from it stays.
Step<> remove_connector(Session& s, TenantId tenant, ConnectorId id);
Step<std::optional<ConnectorRow>> find_connector(Session& s, TenantId tenant, ConnectorId id);
Step<std::optional<ConnectorRow>> find_connector_by_name(Session& s, TenantId tenant,
                                                         std::string_view name);
Step<std::vector<ConnectorRow>> list_connectors(Session& s, TenantId tenant);
Step<std::vector<ConnectorRow>> all_connectors(Session& s);

struct AccountRow {
    TenantId tenant;
    AccountId id;
    std::string account_key;
    std::string iban;
    std::string sort_code;
    std::string account_number;
    std::string name;
    std::string external_id;
    std::string bank_account_id;
    Instant created_at;
    bool single_use = false; // opened for one payment
};
// False: the account is registered already.
Step<bool> insert_account(Session& s, const AccountRow& account);
Step<std::optional<AccountRow>> find_account(Session& s, TenantId tenant, AccountId id);
Step<std::optional<AccountRow>> find_account_by_key(Session& s, TenantId tenant,
                                                    std::string_view key);
// By the bank's id of a virtual account.
Step<std::optional<AccountRow>> find_account_by_bank_id(Session& s, TenantId tenant,
                                                        std::string_view id);
Step<std::vector<AccountRow>> list_accounts(Session& s, TenantId tenant, std::int64_t before,
                                            std::size_t limit);

} // namespace settled::store
