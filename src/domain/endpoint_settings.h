// How an endpoint is to be notified, beyond its URL and its event types: all of it that is no
// secret. Pure. What is not written has its default, so that an ordinary endpoint's settings are
// "{}".
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "domain/field_filter.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::domain {

enum class Format : std::uint8_t { native, cloudevents, clearmatch };
std::string_view token(Format format);
std::optional<Format> parse_format(std::string_view word);

enum class CloudEventsMode : std::uint8_t { structured, binary, batch };
std::string_view token(CloudEventsMode mode);
std::optional<CloudEventsMode> parse_cloudevents_mode(std::string_view word);

enum class AuthType : std::uint8_t { signature, basic, bearer, headers, oauth2, rfc9421, none };
std::string_view token(AuthType type);
std::optional<AuthType> parse_auth_type(std::string_view word);
// Whether it proves the body (a signature), as opposed to who sends it.
constexpr bool proves_body(AuthType type) {
    return type == AuthType::signature || type == AuthType::rfc9421;
}

// How the partner knows that it is us. What belongs to another type is empty.
struct AuthSettings {
    AuthType type = AuthType::signature;
    bool v1 = true, v1a = false;                            // signature
    std::string username = {};                              // basic
    std::vector<std::string> header_names = {};             // headers; the values are secrets
    std::string token_url = {}, client_id = {}, scope = {}; // oauth2
    bool client_in_body = false;                            // oauth2: "client_auth":"body"
    bool by_hmac = false;                                   // rfc9421: hmac-sha256, else ed25519

    bool needs_secret() const {
        return (type == AuthType::signature && v1) || (type == AuthType::rfc9421 && by_hmac);
    }
    bool needs_key_pair() const {
        return (type == AuthType::signature && v1a) || (type == AuthType::rfc9421 && !by_hmac);
    }
};

// When an answer counts as taken. All that is given must hold; `statuses` empty: 200 to 299.
struct SuccessRule {
    std::vector<int> statuses;
    std::optional<std::string> body_equals;
    std::optional<std::string> body_contains;
    std::optional<FieldCondition> body_field;
    std::string nonce_key; // PEM: the answer is {"Nonce":n} and signed with this key

    bool is_default() const {
        return statuses.empty() && !body_equals && !body_contains && !body_field &&
               nonce_key.empty();
    }
};

// An Ed25519 key that partners verify with: published until its time is over.
struct PublishedKey {
    std::string text; // "whpk_…"
    Instant until;    // 0: it is the present one
};

struct EndpointSettings {
    std::chrono::seconds interval{0}; // 0: at once
    bool batch = false;               // what gathered goes as one body
    Instant schedule_set_at;
    bool ordered = false; // by subject
    Format format = Format::native;
    CloudEventsMode cloudevents_mode = CloudEventsMode::structured;
    bool handshake = true;                         // cloudevents: the partner is asked first
    std::string partner_code;                      // clearmatch
    std::int64_t rate_per_1000s = 0;               // requests in 1,000 seconds; 0: no limit
    std::int64_t concurrency = 0;                  // 0: the installation's limit
    std::vector<std::chrono::seconds> retry_after; // empty: the installation's schedule
    FieldFilter filter;
    SuccessRule success;
    std::vector<AuthSettings> auth{AuthSettings{}};
    std::string client_certificate;           // PEM, with what leads to its root
    std::string trusted_ca;                   // PEM: the only roots that count for this endpoint
    std::vector<PublishedKey> published_keys; // the present one first

    bool needs_secret() const;
    bool needs_key_pair() const;
    bool has_interval() const { return interval.count() > 0; }
    bool sends_batches() const { return has_interval() && batch; }
    bool needs_handshake() const { return format == Format::cloudevents && handshake; }
    // Whether each delivery needs bytes of its own.
    bool is_native() const { return format == Format::native; }
};

// A rate as people write it, with up to three decimals ("0.5"), in requests in 1,000 seconds, and
// back. Fails with value_invalid.
Result<std::int64_t> parse_rate(std::string_view text);
std::string rate_text(std::int64_t per_1000s);

std::string to_json(const EndpointSettings& settings);
// Fails with value_invalid: it was not written by to_json.
Result<EndpointSettings> parse_endpoint_settings(std::string_view json);

} // namespace settled::domain
