#include "worker/endpoint_cache.h"

#include "crypto/webhook_signature.h"
#include "observe/log.h"
#include "units/deliveries/endpoint_row.h"
#include "units/deliveries/endpoint_secret.h"
#include "wire/base64.h"

#include <algorithm>
#include <mutex>

namespace settled::worker {

namespace {

using domain::AuthSettings;
using domain::AuthType;
using units::EndpointSecrets;

// "Basic dXNlcjpwYXNz" (RFC 7617)
Secret basic_authorization(std::string_view username, const Secret& password) {
    std::string pair(username);
    pair.append(":").append(password.reveal());
    Secret authorization("Basic " + wire::to_base64(as_bytes(pair)));
    const Secret wiped(std::move(pair));
    return authorization;
}

Secret bearer_authorization(const Secret& token) {
    std::string value("Bearer ");
    value.append(token.reveal()); // onto the wire
    return Secret(std::move(value));
}

std::shared_ptr<const connectors::TokenSource> token_source(const AuthSettings& auth,
                                                            Secret client_secret) {
    auto source = std::make_shared<connectors::TokenSource>();
    source->token_url = auth.token_url;
    source->client_id = auth.client_id;
    source->client_secret = std::move(client_secret);
    source->scope = auth.scope;
    if (auth.client_in_body)
        source->client_auth = connectors::ClientAuth::body;
    return source;
}

Result<SigningKey> signing_key(const Secret& signing, const Secret& key_pair, Instant until) {
    SigningKey key;
    key.until = until;
    if (!signing.empty()) {
        TRY(key.secret, crypto::parse_webhook_secret(signing.reveal()));
    }
    if (!key_pair.empty()) {
        TRY(key.key_pair, crypto::Ed25519Key::parse(key_pair.reveal()));
    }
    return key;
}

Result<> open_auth(Endpoint& endpoint, const AuthSettings& auth, EndpointSecrets& secrets) {
    switch (auth.type) {
    case AuthType::basic:
        endpoint.authorization = basic_authorization(auth.username, secrets.credential);
        return {};
    case AuthType::bearer:
        endpoint.authorization = bearer_authorization(secrets.credential);
        return {};
    case AuthType::headers:
        if (secrets.headers.size() != auth.header_names.size())
            return fail(Code::crypto_failed, "an endpoint's headers have no values");
        endpoint.headers = std::move(secrets.headers);
        return {};
    case AuthType::oauth2:
        endpoint.token_source = token_source(auth, std::move(secrets.credential));
        return {};
    case AuthType::signature:
    case AuthType::rfc9421:
    case AuthType::none:
        return {};
    }
    return {};
}

Result<> open_secrets(Endpoint& endpoint, EndpointSecrets secrets) {
    TRY(SigningKey present, signing_key(secrets.signing, secrets.key_pair, {}));
    endpoint.signing_keys.push_back(std::move(present));
    for (const EndpointSecrets::Previous& each : secrets.previous) {
        TRY(SigningKey previous, signing_key(each.signing, each.key_pair, each.until));
        endpoint.signing_keys.push_back(std::move(previous));
    }
    const domain::EndpointSettings& settings = endpoint.settings;
    if (!settings.client_certificate.empty() || !settings.trusted_ca.empty()) {
        TRY(endpoint.tls, net::ClientTls::make(settings.client_certificate, secrets.client_key,
                                               settings.trusted_ca));
    }
    if (!settings.success.nonce_key.empty()) {
        TRY(endpoint.nonce_key, crypto::Verifier::from_pem(settings.success.nonce_key));
    }
    for (const AuthSettings& auth : settings.auth)
        TRY_VOID(open_auth(endpoint, auth, secrets));
    return {};
}

Result<Endpoint> open_endpoint(const Secret& master, const store::EndpointRow& row) {
    const bool is_basic = row.auth == domain::token(AuthType::basic);
    TRY(EndpointSecrets secrets,
        units::open_endpoint_secrets(master, row.id, row.sealed_secret, is_basic));
    Endpoint endpoint;
    endpoint.tenant = row.tenant;
    endpoint.id = row.id;
    endpoint.written_url = row.url;
    endpoint.channel = domain::channel_of(row.url);
    if (endpoint.channel == domain::Channel::kafka) {
        TRY(endpoint.topic, domain::topic_of(row.url));
    } else {
        TRY(endpoint.url, net::Url::parse(row.url));
    }
    TRY(endpoint.settings, units::endpoint_settings(row));
    TRY_VOID(open_secrets(endpoint, std::move(secrets)));
    return endpoint;
}

// Of all that is in the row.
crypto::Digest digest_of(const store::EndpointRow& row) {
    std::string all;
    const auto add = [&all](std::string_view field) {
        all.append(std::to_string(field.size())).append(":").append(field);
    };
    for (const std::int64_t number : {row.tenant.value, row.id.value, row.created_at.us})
        add(std::to_string(number));
    for (const std::string_view text :
         {std::string_view(row.url), std::string_view(row.events), std::string_view(row.auth),
          std::string_view(row.username), as_text(row.sealed_secret), std::string_view(row.status),
          std::string_view(row.settings)})
        add(text);
    return crypto::sha256(all);
}

// Of an endpoint that is well.
store::EndpointState no_state(const store::EndpointRow& row) {
    store::EndpointState state;
    state.tenant = row.tenant;
    state.endpoint = row.id;
    return state;
}

} // namespace

std::int64_t Endpoint::rate_per_1000s() const {
    const std::int64_t granted =
        settings.needs_handshake() ? state.handshake.rate_per_minute * 1000 / 60 : 0;
    if (granted == 0 || settings.rate_per_1000s == 0)
        return std::max(granted, settings.rate_per_1000s);
    return std::min(granted, settings.rate_per_1000s);
}

std::shared_ptr<const Endpoint> EndpointCache::find(EndpointId id) const {
    const std::shared_lock lock(mutex_);
    const auto found = endpoints_.find(id);
    return found == endpoints_.end() ? nullptr : found->second.endpoint;
}

std::vector<EndpointId> EndpointCache::all() const {
    const std::shared_lock lock(mutex_);
    std::vector<EndpointId> ids;
    for (const auto& [id, entry] : endpoints_)
        ids.push_back(id);
    return ids;
}

EndpointCache::Entry EndpointCache::open(const Reading& reading, const store::EndpointRow& row,
                                         const store::EndpointState& state) const {
    Entry entry{digest_of(row), nullptr, reading.edition_};
    {
        const std::shared_lock lock(mutex_);
        const auto found = endpoints_.find(row.id);
        if (found != endpoints_.end() && found->second.digest == entry.digest &&
            found->second.endpoint->state == state)
            entry.endpoint = found->second.endpoint;
    }
    if (entry.endpoint)
        return entry;
    auto endpoint = open_endpoint(master_, row);
    if (!endpoint) {
        log::failure("endpoint.unusable", endpoint.error(), {{"endpoint", to_string(row.id)}});
        return entry;
    }
    endpoint->state = state;
    entry.endpoint = std::make_shared<const Endpoint>(std::move(*endpoint));
    return entry;
}

void EndpointCache::load(const Reading& reading, const std::vector<store::EndpointRow>& rows,
                         const std::vector<store::EndpointState>& states) {
    std::map<EndpointId, const store::EndpointState*> by_id;
    for (const store::EndpointState& state : states)
        by_id.emplace(state.endpoint, &state);
    Entries fresh;
    for (const store::EndpointRow& row : rows) {
        const auto state = by_id.find(row.id);
        Entry entry = open(reading, row, state == by_id.end() ? no_state(row) : *state->second);
        if (entry.endpoint)
            fresh.emplace(row.id, std::move(entry));
    }
    const std::unique_lock lock(mutex_);
    if (reading.edition_ < whole_edition_)
        return;
    keep_what_is_later(fresh, reading.edition_);
    whole_edition_ = reading.edition_;
    endpoints_ = std::move(fresh);
}

void EndpointCache::keep_what_is_later(Entries& fresh, std::uint64_t edition) {
    for (auto& [id, entry] : endpoints_)
        if (entry.edition > edition)
            fresh.insert_or_assign(id, std::move(entry));
    for (const auto& [id, gone] : gone_)
        if (gone > edition)
            fresh.erase(id);
}

void EndpointCache::load_one(const Reading& reading, EndpointId id,
                             const std::optional<store::EndpointRow>& row,
                             const store::EndpointState& state) {
    const bool is_active = row && row->status == store::endpoint_active;
    Entry entry = is_active ? open(reading, *row, state) : Entry{};
    const std::unique_lock lock(mutex_);
    if (reading.edition_ < std::max(whole_edition_, edition_of(id)))
        return;
    if (entry.endpoint) {
        gone_.erase(id);
        endpoints_.insert_or_assign(id, std::move(entry));
    } else {
        endpoints_.erase(id);
        gone_.insert_or_assign(id, reading.edition_);
    }
}

std::uint64_t EndpointCache::edition_of(EndpointId id) const {
    if (const auto found = endpoints_.find(id); found != endpoints_.end())
        return found->second.edition;
    const auto gone = gone_.find(id);
    return gone == gone_.end() ? 0 : gone->second;
}

std::uint64_t EndpointCache::begin_reading() {
    const std::unique_lock lock(mutex_);
    ++readings_;
    return ++edition_;
}

// With none under way there is none that could bring back what is gone.
void EndpointCache::end_reading() {
    const std::unique_lock lock(mutex_);
    if (--readings_ == 0)
        gone_.clear();
}

} // namespace settled::worker
