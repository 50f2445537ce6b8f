#include "api/handlers/connectors/connector_view.h"

#include "api/handlers/views.h"
#include "base/assert.h"
#include "base/money.h"
#include "connectors/clearmatch/settings.h"
#include "crypto/certificate.h"
#include "crypto/rsa.h"
#include "store/queries/keys.h"

namespace settled::api {

namespace {

using wire::JsonWriter;

// Keys by what they are and by their fingerprint, under which the logs name them.
void write_bank_keys(JsonWriter& w, const std::vector<std::string>& pems,
                     const std::map<std::string, Instant>& uses) {
    w.key("bank_keys").array();
    for (const std::string& pem : pems) {
        const auto key = crypto::Verifier::from_pem(pem);
        const std::string fingerprint = key ? (*key)->fingerprint() : "";
        w.object().member("fingerprint", fingerprint).member("pem", pem);
        write_time(w, "last_used_at", last_use(uses, fingerprint));
        if (const auto end = crypto::certificate_end(pem))
            write_time(w, "expires_at", *end);
        w.end();
    }
    w.end();
}

// Where it is, and which one it is while it is open.
void write_signing_key(JsonWriter& w, const std::string& uri,
                       const std::optional<custody::KeyFacts>& open) {
    w.key("signing_key").object().member("uri", uri);
    w.member("custody", custody::custody_of(uri));
    w.key("fingerprint");
    open ? w.value(open->fingerprint) : w.null();
    w.key("algorithm");
    open ? w.value(open->algorithm) : w.null();
    w.end();
}

void write_limit(JsonWriter& w, std::string_view name, std::int64_t minor) {
    w.key(name);
    if (minor == 0)
        w.null();
    else
        w.value(decimal({minor, *Currency::parse("GBP")}));
}

void write_calls(JsonWriter& w, const domain::ConnectorSettings& settings) {
    w.member("api_url", settings.api_url).member("api_token", settings.api_token);
    w.member("institution_account", settings.institution_account);
    w.member("debtor_name", settings.debtor_name).member("debtor_address", settings.debtor_address);
    write_limit(w, "order_max", settings.order_max_minor);
    write_limit(w, "day_max", settings.day_max_minor);
    w.member("enforce_send_to_scheme", settings.enforce_send_to_scheme);
    w.member("transliterate", settings.transliterate);
    w.member("review_unexplained", settings.review_unexplained);
}

// Secrets by where they are, never what they are.
void write_core_bank(JsonWriter& w, const domain::ConnectorSettings& settings) {
    w.member("api_url", settings.api_url).member("api_key", settings.api_token);
    w.member("api_username", settings.api_username);
    if (!settings.webhook_header.empty()) {
        w.key("webhook_secret").object().member("header", settings.webhook_header);
        w.member("secret", settings.webhook_secret).end();
    } else {
        w.member("webhook_username", settings.webhook_username);
        w.member("webhook_password", settings.webhook_secret);
    }
    w.key("settings").raw(settings.core_bank);
}

void write_platform(JsonWriter& w, const domain::ConnectorSettings& settings) {
    const auto platform = connectors::clearmatch::parse_platform_settings(settings.platform);
    SETTLED_ASSERT(platform.has_value(), "the settings of a platform were written by us");
    w.member("webhook_username", settings.webhook_username);
    w.member("webhook_password", settings.webhook_secret);
    w.member("content_url_prefix", settings.api_url).member("token_url", platform->token_url);
    w.member("client_id", platform->client_id).member("client_secret", platform->client_secret);
    w.member("scope", platform->scope).member("time_zone", platform->time_zone);
    w.member("partner_code", platform->partner_code);
    w.member("lenient_json", platform->lenient_json);
}

void write_state(JsonWriter& w, const store::ConnectorState& state, Instant now) {
    w.member("paused_by", state.paused_by).member("pause_reason", state.pause_reason);
    write_time(w, "paused_until",
               now < state.paused_until ? std::optional(state.paused_until) : std::nullopt);
    w.member("failing", state.failing);
}

// What was not given is not shown.
void write_bounds(JsonWriter& w, const domain::ConnectorSettings& settings) {
    if (!settings.allow_ips.empty()) {
        w.key("allow_ips").array();
        for (const std::string& block : settings.allow_ips)
            w.value(block);
        w.end();
    }
    if (!settings.bank_key_expires.empty())
        w.member("bank_key_expires", settings.bank_key_expires);
    if (!settings.api_token_expires.empty())
        w.member("api_token_expires", settings.api_token_expires);
}

} // namespace

std::optional<Instant> last_use(const std::map<std::string, Instant>& uses,
                                const std::string& fingerprint) {
    const auto found = uses.find(fingerprint);
    return found == uses.end() ? std::nullopt : std::optional(found->second);
}

store::Step<ConnectorDetail> connector_detail(store::Session& s, store::ConnectorRow row,
                                              Instant now,
                                              std::optional<custody::KeyFacts> signing_key) {
    const auto state = co_await store::find_connector_state(s, row.tenant, row.id);
    auto uses = co_await store::bank_key_uses(s, row.tenant, row.id);
    const ConnectorId id = row.id;
    co_return ConnectorDetail{std::move(row),         state,          id, now,
                              std::move(signing_key), std::move(uses)};
}

domain::ConnectorSettings settings_of(const store::ConnectorRow& connector) {
    auto settings = domain::parse_connector_settings(connector.settings);
    SETTLED_ASSERT(settings.has_value(), "the store holds connector settings that cannot be read");
    return *std::move(settings);
}

void write_connector(JsonWriter& w, const ConnectorDetail& detail) {
    const store::ConnectorRow& connector = detail.row;
    const domain::ConnectorSettings settings = settings_of(connector);
    w.object().member("id", to_string(connector.id)).member("name", connector.name);
    w.member("kind", connector.kind).member("hook_path", "/hooks/" + connector.name);
    if (connector.kind == domain::connector_mapped) {
        w.key("signature").raw(settings.signature).key("mapping").raw(settings.mapping);
    } else if (connector.kind == domain::connector_pubsub_push) {
        w.key("push").raw(settings.push);
    } else if (connector.kind == domain::connector_clearmatch) {
        write_platform(w, settings);
        write_state(w, detail.state, detail.now);
    } else if (connector.kind == domain::connector_mambu) {
        write_core_bank(w, settings);
        write_state(w, detail.state, detail.now);
    } else {
        write_bank_keys(w, settings.bank_keys, detail.key_uses);
        write_signing_key(w, settings.signing_key, detail.signing_key);
        write_calls(w, settings);
        write_state(w, detail.state, detail.now);
    }
    write_bounds(w, settings);
    w.member("expect_every_seconds", settings.expect_every_seconds);
    w.member("retention_days", settings.retention_days);
    write_time(w, "created_at", connector.created_at);
    w.end();
}

std::string shown(const ConnectorDetail& connector) {
    JsonWriter w;
    write_connector(w, connector);
    return std::move(w).text();
}

} // namespace settled::api
