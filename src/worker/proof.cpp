#include "worker/proof.h"

#include "crypto/hash.h"
#include "crypto/message_signature.h"
#include "crypto/webhook_signature.h"

#include <fmt/format.h>

#include <string>

namespace settled::worker {

namespace {

using domain::AuthSettings;
using domain::AuthType;

constexpr std::int64_t us_per_second = 1'000'000;

// Several signatures are separated by spaces, the present key's first (Standard Webhooks 1.0.0).
Result<std::string> webhook_signatures(const Endpoint& endpoint, const AuthSettings& auth,
                                       const Message& message, std::int64_t seconds) {
    std::string all;
    for (const SigningKey& key : endpoint.signing_keys) {
        if (!key.is_live(message.now))
            continue;
        if (auth.v1 && !key.secret.empty())
            all += (all.empty() ? "" : " ") +
                   crypto::webhook_signature(key.secret, message.id, seconds, message.body);
        if (auth.v1a && key.key_pair) {
            TRY(const std::string one,
                crypto::webhook_signature(*key.key_pair, message.id, seconds, message.body));
            all += (all.empty() ? "" : " ") + one;
        }
    }
    return all;
}

std::string target_uri(const net::Url& url) {
    return fmt::format("{}://{}{}", url.tls ? "https" : "http", url.authority(), url.target);
}

// RFC 9421: one signature a key, sig1 the present one's.
class MessageSigner {
  public:
    MessageSigner(const Endpoint& endpoint, const Message& message, std::int64_t seconds)
        : endpoint_(endpoint), message_(message), seconds_(std::to_string(seconds)),
          created_(seconds), uri_(target_uri(endpoint.url)),
          digest_(crypto::content_digest(message.body)) {}

    Result<> add(net::Fields& fields, bool by_hmac) {
        for (const SigningKey& key : endpoint_.signing_keys)
            if (key.is_live(message_.now))
                TRY_VOID(sign(key, by_hmac));
        fields.add("Content-Digest", digest_);
        fields.add("Signature-Input", inputs_);
        fields.add("Signature", signatures_);
        return {};
    }

  private:
    Result<> sign(const SigningKey& key, bool by_hmac) {
        if (by_hmac ? key.secret.empty() : key.key_pair == nullptr)
            return {};
        const std::vector<crypto::MessageComponent> components{
            {"@method", "POST"},         {"@target-uri", uri_},
            {"content-digest", digest_}, {"content-type", message_.content_type},
            {"webhook-id", message_.id}, {"webhook-timestamp", seconds_}};
        const std::string key_id =
            by_hmac ? to_string(endpoint_.id) : crypto::ed25519_key_id(key.key_pair->public_key());
        const std::string parameters = crypto::signature_parameters(
            components, {created_, key_id, by_hmac ? "hmac-sha256" : "ed25519"});
        const std::string base = crypto::signature_base(components, parameters);
        Bytes signature;
        if (by_hmac) {
            const auto mac = crypto::Hmac(key.secret.bytes()).of(base);
            signature.assign(mac.begin(), mac.end());
        } else {
            TRY(signature, key.key_pair->sign(base));
        }
        const std::string label = fmt::format("sig{}", ++count_);
        const std::string_view comma = inputs_.empty() ? "" : ", ";
        inputs_ += comma;
        inputs_ += crypto::signature_input_field(label, parameters);
        signatures_ += comma;
        signatures_ += crypto::signature_field(label, signature);
        return {};
    }

    const Endpoint& endpoint_;
    const Message& message_;
    std::string seconds_;
    std::int64_t created_;
    std::string uri_, digest_;
    std::string inputs_, signatures_;
    int count_ = 0;
};

Result<> add_proof(net::Fields& fields, const Endpoint& endpoint, const AuthSettings& auth,
                   const Message& message, const Secret& access_token) {
    const std::int64_t seconds = message.now.us / us_per_second;
    switch (auth.type) {
    case AuthType::signature: {
        TRY(const std::string signatures, webhook_signatures(endpoint, auth, message, seconds));
        fields.add("webhook-signature", signatures);
        return {};
    }
    case AuthType::rfc9421:
        return MessageSigner(endpoint, message, seconds).add(fields, auth.by_hmac);
    case AuthType::basic:
    case AuthType::bearer:
        fields.add("Authorization", endpoint.authorization.reveal()); // onto the wire
        return {};
    case AuthType::oauth2:
        fields.add("Authorization",
                   "Bearer " + std::string(access_token.reveal())); // onto the wire
        return {};
    case AuthType::headers:
        for (std::size_t i = 0; i < auth.header_names.size(); ++i)
            fields.add(auth.header_names[i], endpoint.headers.at(i).reveal()); // onto the wire
        return {};
    case AuthType::none:
        return {};
    }
    return {};
}

} // namespace

Result<> add_proofs(net::Fields& fields, const Endpoint& endpoint, const Message& message,
                    const Secret& access_token) {
    fields.add("webhook-id", message.id);
    fields.add("webhook-timestamp", std::to_string(message.now.us / us_per_second));
    for (const AuthSettings& auth : endpoint.settings.auth)
        TRY_VOID(add_proof(fields, endpoint, auth, message, access_token));
    return {};
}

} // namespace settled::worker
