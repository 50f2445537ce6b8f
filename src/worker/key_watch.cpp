#include "worker/key_watch.h"

#include "crypto/certificate.h"
#include "domain/endpoint_settings.h"
#include "observe/log.h"
#include "store/queries/directory.h"
#include "store/queries/endpoints.h"
#include "store/queries/nodes.h"
#include "units/keys/key_alarms.h"

#include <algorithm>

namespace settled::worker {

namespace {

using namespace std::chrono_literals;
using domain::KeySubject;
using intake::KeyStanding;

constexpr auto interval = 5s;
// Of API keys and certificates, which are asked of the store.
constexpr auto others_interval = 60s;
constexpr auto published_after = 60s; // that a key cannot be used
// For so long no node has said that it cannot be used: several rounds.
constexpr auto quiet = 15s;
// API keys and certificates that ended before are no news.
constexpr auto published_late_max = std::chrono::days(1);

KeySubject own_subject(const std::string& use, const std::string& fingerprint) {
    return {0, use + "/" + fingerprint, "", use, fingerprint};
}

KeySubject subject_of(const KeyStanding& key) {
    if (key.connector.value == 0) // the installation's
        return own_subject(key.use, key.fingerprint);
    return {key.connector.value, to_string(key.connector), key.name, key.use, key.fingerprint};
}

struct TenantsKeys {
    std::vector<store::ApiKeyRow> api_keys;
    std::vector<store::EndpointRow> endpoints;
};

store::Step<TenantsKeys> read_keys(store::Session& s, TenantId tenant) {
    TenantsKeys keys;
    keys.api_keys = co_await store::list_api_keys(s, tenant);
    keys.endpoints = co_await store::list_endpoints(s, tenant);
    co_return keys;
}

} // namespace

KeyWatch::KeyWatch(boost::asio::io_context& io, KeyWatchDeps deps)
    : deps_(std::move(deps)), task_(io, interval, [this] { return run_once(); }) {}

Task<> KeyWatch::run_once() {
    const auto own = co_await deps_.look_at_certificates();
    if (task_.is_stopped() || !deps_.node.is_member())
        co_return;
    co_await keep_uses();
    const std::vector<KeyStanding> keys = deps_.connectors.keys();
    std::vector<KeyStanding> all = co_await standing_of(own);
    all.insert(all.end(), keys.begin(), keys.end());
    co_await look_at_outages(all);
    if (deps_.node.does_job(store::job_timers))
        co_await publish_ends(keys, own);
}

Task<> KeyWatch::keep_uses() {
    for (const intake::KeyUsed& used : deps_.log.take()) {
        const auto kept = co_await deps_.store.write<void>([used](store::Session& s) {
            return store::note_bank_key_use(s, used.tenant, used.connector, used.fingerprint,
                                            used.at);
        });
        if (!kept)
            log::lasting("key.use_not_kept", kept.error(), {});
    }
    for (const store::ApiKeyUse& use : deps_.take_key_uses()) {
        const auto kept = co_await deps_.store.write<void>(
            [use](store::Session& s) { return store::note_api_key_use(s, use); });
        if (!kept)
            log::lasting("key.use_not_kept", kept.error(), {});
    }
}

// The installation's keys, as those of each tenant.
Task<std::vector<KeyStanding>> KeyWatch::standing_of(const std::vector<OwnCertificate>& own) {
    std::vector<KeyStanding> keys;
    if (own.empty())
        co_return keys;
    const auto tenants = co_await deps_.store.read<std::vector<store::TenantRow>>(
        [](store::Session& s) { return store::list_tenants(s); });
    if (!tenants)
        log::lasting("key.unpublished", tenants.error(), {{"use", own.front().use}});
    for (std::size_t i = 0; tenants && i < tenants->size(); ++i)
        for (const OwnCertificate& each : own)
            keys.push_back({(*tenants)[i].id,
                            {},
                            "",
                            each.use,
                            each.fingerprint,
                            each.expires_at,
                            each.is_usable});
    co_return keys;
}

// Several secrets of one use count as one: it can be used where all can.
Task<> KeyWatch::look_at_outages(const std::vector<KeyStanding>& keys) {
    std::map<Name, KeyStanding> by_name;
    for (const KeyStanding& key : keys) {
        if (!key.is_available)
            continue;
        const auto [at, is_new] = by_name.try_emplace({key.tenant, key.connector, key.use}, key);
        if (!is_new && !*key.is_available)
            at->second = key;
    }
    std::erase_if(away_since_, [&](const auto& item) {
        const auto found = by_name.find(item.first);
        return found == by_name.end() || *found->second.is_available;
    });
    for (const auto& [name, key] : by_name)
        if (!*key.is_available)
            away_since_.try_emplace(name, deps_.clock.steady(), deps_.clock.now());
    co_await publish_away(by_name);
    co_await publish_back(by_name);
}

Task<> KeyWatch::publish_away(const std::map<Name, KeyStanding>& keys) {
    const auto away = away_since_;
    for (const auto& [name, began] : away) {
        if (deps_.clock.steady() - began.first < published_after || task_.is_stopped())
            continue;
        const KeyStanding& key = keys.at(name);
        const units::Context& context = deps_.context;
        const auto done = co_await deps_.store.write<bool>(
            [&context, tenant = key.tenant, subject = subject_of(key), since = began.second,
             now = deps_.clock.now()](store::Session& s) {
                return units::publish_key_away(s, context, tenant, subject, since, now);
            });
        if (!done)
            log::lasting("key.unpublished", done.error(),
                         {{"connector", key.name}, {"use", key.use}});
    }
}

Task<> KeyWatch::publish_back(const std::map<Name, KeyStanding>& keys) {
    const auto outages = co_await deps_.store.read<std::vector<store::KeyOutage>>(
        [](store::Session& s) { return store::list_key_outages(s); });
    if (!outages) {
        log::lasting("key.unpublished", outages.error(), {});
        co_return;
    }
    const Instant now = deps_.clock.now();
    for (const store::KeyOutage& outage : *outages) {
        const auto found = keys.find({outage.tenant, outage.connector, outage.used_for});
        const bool is_here = found != keys.end() && *found->second.is_available;
        const bool is_quiet = outage.seen_at + quiet <= now;
        if (!is_here || !is_quiet || task_.is_stopped())
            continue;
        const units::Context& context = deps_.context;
        const auto done = co_await deps_.store.write<bool>(
            [&context, outage, subject = subject_of(found->second), now](store::Session& s) {
                return units::publish_key_back(s, context, outage, subject, now);
            });
        if (!done)
            log::lasting("key.unpublished", done.error(), {{"use", outage.used_for}});
    }
}

Task<> KeyWatch::publish_ends(const std::vector<KeyStanding>& keys,
                              const std::vector<OwnCertificate>& own) {
    std::vector<End> ends;
    if (deps_.clock.steady() >= next_others_) {
        ends = co_await other_ends(own);
        next_others_ = deps_.clock.steady() + others_interval;
    }
    for (const KeyStanding& key : keys)
        if (key.expires_at)
            ends.push_back({key.tenant, subject_of(key), *key.expires_at});
    for (const End& end : ends)
        if (!task_.is_stopped())
            co_await publish_end(end);
}

Task<> KeyWatch::publish_end(const End& end) {
    const Instant now = deps_.clock.now();
    const auto stage = domain::key_end_stage(end.expires_at, now);
    if (!stage)
        co_return;
    // The installation's certificates are published to each tenant.
    const std::int64_t whose = end.key.id != 0 ? end.key.id : end.tenant.value;
    const auto name =
        std::tuple(whose, end.key.use, end.key.fingerprint, end.expires_at.us, *stage);
    if (published_.contains(name))
        co_return;
    const units::Context& context = deps_.context;
    const auto done = co_await deps_.store.write<bool>([&context, end, now](store::Session& s) {
        return units::publish_key_end(s, context, end.tenant, end.key, end.expires_at, now);
    });
    if (done)
        published_.insert(name);
    else
        log::lasting("key.unpublished", done.error(), {{"use", end.key.use}});
}

// API keys, client certificates, the installation's own.
Task<std::vector<KeyWatch::End>> KeyWatch::other_ends(const std::vector<OwnCertificate>& own) {
    std::vector<End> ends;
    const auto tenants = co_await deps_.store.read<std::vector<store::TenantRow>>(
        [](store::Session& s) { return store::list_tenants(s); });
    for (std::size_t i = 0; tenants && i < tenants->size(); ++i) {
        const TenantId tenant = (*tenants)[i].id;
        for (const OwnCertificate& each : own)
            if (each.expires_at)
                ends.push_back({tenant, own_subject(each.use, each.fingerprint), *each.expires_at});
        const auto keys = co_await deps_.store.read<TenantsKeys>(
            [tenant](store::Session& s) { return read_keys(s, tenant); });
        if (!keys)
            continue;
        for (const store::ApiKeyRow& key : keys->api_keys)
            if (key.expires_at && !key.revoked_at)
                ends.push_back({tenant,
                                {key.id.value, to_string(key.id), "", "api_key", ""},
                                *key.expires_at});
        for (const store::EndpointRow& row : keys->endpoints) {
            const auto settings = domain::parse_endpoint_settings(row.settings);
            const std::string pem = settings ? settings->client_certificate : std::string();
            if (const auto end = crypto::certificate_end(pem))
                ends.push_back({tenant,
                                {row.id.value, to_string(row.id), "", "client_certificate",
                                 crypto::certificate_fingerprint(pem)},
                                *end});
        }
    }
    const Instant now = deps_.clock.now();
    std::erase_if(ends, [&](const End& end) { return end.expires_at + published_late_max < now; });
    co_return ends;
}

} // namespace settled::worker
