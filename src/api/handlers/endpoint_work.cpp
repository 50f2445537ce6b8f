#include "api/handlers/endpoint_work.h"

#include "api/core.h"
#include "base/assert.h"
#include "crypto/ed25519.h"
#include "crypto/webhook_signature.h"
#include "domain/channel.h"
#include "units/deliveries/endpoint_row.h"
#include "units/deliveries/endpoint_secret.h"

#include <algorithm>

namespace settled::api {

namespace {

using domain::AuthSettings;
using domain::AuthType;
using domain::EndpointSettings;
using store::EndpointRow;
using units::EndpointSecrets;

constexpr std::size_t nonce_bytes = 12; // of AES-GCM

// Gives out bytes that were drawn before.
class DrawnBytes final : public Rng {
  public:
    explicit DrawnBytes(const Bytes& bytes) : bytes_(bytes) {}
    void fill(std::span<std::uint8_t> out) override {
        SETTLED_ASSERT(used_ + out.size() <= bytes_.size(), "more random bytes than were drawn");
        std::ranges::copy(std::span(bytes_).subspan(used_, out.size()), out.begin());
        used_ += out.size();
    }

  private:
    const Bytes& bytes_;
    std::size_t used_ = 0;
};

// The key's public half, before those that it replaces.
Result<> publish_key(EndpointSettings& settings, const EndpointSecrets& secrets, Instant until,
                     Instant now) {
    auto& keys = settings.published_keys;
    if (!keys.empty() && keys.front().until.us == 0)
        keys.front().until = until;
    std::erase_if(keys, [now](const auto& key) { return key.until.us != 0 && key.until <= now; });
    if (secrets.key_pair.empty())
        return {};
    TRY(const auto pair, crypto::Ed25519Key::parse(secrets.key_pair.reveal()));
    keys.insert(keys.begin(), {crypto::ed25519_public_text(pair->public_key()), {}});
    return {};
}

// New signing keys where the auth needs them and has none.
Result<std::string> complete_keys(EndpointSettings& settings, EndpointSecrets& secrets,
                                  const EndpointWork& work) {
    std::string shown;
    if (settings.needs_secret() && secrets.signing.empty()) {
        secrets.signing = work.fresh_secret.copy();
        shown = secrets.signing.reveal(); // this once, to its owner
    }
    if (settings.needs_key_pair() && secrets.key_pair.empty()) {
        secrets.key_pair = work.fresh_key_pair.copy();
        TRY_VOID(publish_key(settings, secrets, work.now, work.now));
    }
    return shown;
}

void rotate(EndpointSettings& settings, EndpointSecrets& secrets, const EndpointWork& work) {
    const Instant until = work.now + work.patch.previous_expires_in;
    units::retire_secrets(secrets, until, work.now);
    if (!settings.published_keys.empty() && settings.published_keys.front().until.us == 0)
        settings.published_keys.front().until = until;
}

void take_auth(EndpointSettings& settings, EndpointSecrets& secrets, const EndpointWork& work) {
    const GivenAuth& given = *work.patch.auth;
    settings.auth = given.auth;
    rotate(settings, secrets, work); // a new auth brings its own secrets
    secrets.credential = given.credential.copy();
    secrets.headers.clear();
    for (const Secret& value : given.headers)
        secrets.headers.push_back(value.copy());
}

Result<> check(const EndpointSettings& settings, std::string_view url,
               std::string_view public_url) {
    TRY_VOID(check_settings(settings, url, public_url));
    if (domain::channel_of(url) != domain::Channel::kafka)
        return {};
    const bool is_signed = std::ranges::all_of(settings.auth, [](const AuthSettings& auth) {
        return auth.type == AuthType::signature || auth.type == AuthType::none;
    });
    if (!is_signed)
        return fail(Code::value_invalid, "auth: a password does not belong into a topic");
    return {};
}

} // namespace

std::shared_ptr<const EndpointWork> endpoint_work(const Core& core, const Call& call, EndpointId id,
                                                  EndpointPatch patch) {
    auto work = std::make_shared<EndpointWork>(call.caller.tenant, id, core.clock.now(),
                                               std::move(patch), core.master);
    work->fresh_secret = crypto::generate_webhook_secret(core.rng);
    work->fresh_key_pair = crypto::generate_ed25519_key(core.rng);
    work->random.resize(nonce_bytes);
    core.rng.fill(work->random);
    work->public_url = core.reach.public_url;
    return work;
}

Result<std::string> apply_work(EndpointRow& endpoint, const EndpointWork& work) {
    const EndpointPatch& patch = work.patch;
    TRY(EndpointSettings settings, units::endpoint_settings(endpoint));
    EndpointSecrets secrets;
    if (!endpoint.sealed_secret.empty()) {
        TRY(secrets, units::open_endpoint_secrets(work.master, endpoint.id, endpoint.sealed_secret,
                                                  endpoint.auth == token(AuthType::basic)));
    }
    endpoint.url = patch.url.value_or(endpoint.url);
    endpoint.events = patch.events.value_or(endpoint.events);
    const auto interval = settings.interval;
    for (const auto& change : patch.settings)
        change(settings);
    if (settings.interval != interval)
        settings.schedule_set_at = work.now;
    if (patch.success)
        settings.success = *patch.success;
    if (patch.trusted_ca)
        settings.trusted_ca = *patch.trusted_ca;
    if (patch.certificate) {
        settings.client_certificate = patch.certificate->certificate;
        secrets.client_key = patch.certificate->key.copy();
    }
    if (patch.auth)
        take_auth(settings, secrets, work);
    const bool has_keys = settings.needs_secret() || settings.needs_key_pair();
    if (patch.rotate_secret && !has_keys)
        return fail(Code::state_conflict, "it has no signing secret; give a new auth");
    if (patch.rotate_secret)
        rotate(settings, secrets, work);
    TRY(std::string shown, complete_keys(settings, secrets, work));
    TRY_VOID(check(settings, endpoint.url, work.public_url));
    DrawnBytes rng(work.random);
    endpoint.sealed_secret = units::seal_endpoint_secrets(work.master, endpoint.id, secrets, rng);
    units::set_endpoint_settings(endpoint, settings);
    return shown;
}

} // namespace settled::api
