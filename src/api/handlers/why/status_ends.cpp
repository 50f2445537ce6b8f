#include "api/handlers/why/status_ends.h"

#include "api/handlers/connectors/connector_view.h"
#include "connectors/key_uses.h"
#include "crypto/certificate.h"
#include "domain/endpoint_settings.h"
#include "store/queries/directory.h"
#include "store/queries/endpoints.h"

#include <algorithm>

namespace settled::api {

namespace {

using store::Session;
using store::Step;

Step<> add_api_keys(Session& s, TenantId tenant, Instant now, std::vector<Expiring>& all) {
    for (const store::ApiKeyRow& key : co_await store::list_api_keys(s, tenant))
        if (!key.revoked_at && key.expires_at && *key.expires_at > now)
            all.push_back({"api_key", to_string(key.id), key.name, *key.expires_at});
}

Step<> add_connector_keys(Session& s, TenantId tenant, std::vector<Expiring>& all) {
    for (const store::ConnectorRow& row : co_await store::list_connectors(s, tenant))
        for (const connectors::KeyUse& key : connectors::key_uses(row.kind, settings_of(row)))
            if (key.expires_at)
                all.push_back({std::string(key.use), to_string(row.id), row.name, *key.expires_at});
}

Step<> add_client_certificates(Session& s, TenantId tenant, std::vector<Expiring>& all) {
    for (const store::EndpointRow& row : co_await store::list_endpoints(s, tenant)) {
        const auto settings = domain::parse_endpoint_settings(row.settings);
        if (!settings)
            continue;
        if (const auto end = crypto::certificate_end(settings->client_certificate))
            all.push_back({"client_certificate", to_string(row.id), row.url, *end});
    }
}

} // namespace

Step<std::vector<Expiring>> read_expiring(Session& s, TenantId tenant, Instant now,
                                          std::chrono::days within) {
    std::vector<Expiring> all;
    co_await add_api_keys(s, tenant, now, all);
    co_await add_connector_keys(s, tenant, all);
    co_await add_client_certificates(s, tenant, all);
    std::erase_if(all, [&](const Expiring& one) { return one.expires_at > now + within; });
    std::ranges::sort(all, {}, &Expiring::expires_at);
    co_return all;
}

Step<std::optional<Instant>> read_api_key_end(Session& s, TenantId tenant, Instant now,
                                              std::chrono::days within) {
    std::vector<Expiring> keys;
    co_await add_api_keys(s, tenant, now, keys);
    const auto first = std::ranges::min_element(keys, {}, &Expiring::expires_at);
    const bool is_near = first != keys.end() && first->expires_at <= now + within;
    co_return is_near ? std::optional(first->expires_at) : std::nullopt;
}

Step<std::optional<Instant>> read_client_certificate_end(Session& s, TenantId tenant) {
    std::vector<Expiring> all;
    co_await add_client_certificates(s, tenant, all);
    const auto first = std::ranges::min_element(all, {}, &Expiring::expires_at);
    co_return first == all.end() ? std::nullopt : std::optional(first->expires_at);
}

std::string_view check_of(const Expiring& one) {
    if (one.id.starts_with("key_"))
        return "api_key.expiry";
    return one.kind == "tls" ? "tls.expiry" : "key.expiry";
}

} // namespace settled::api
