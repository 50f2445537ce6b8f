// Endpoints as clients describe them. Strict; errors as in reader.h, and url_invalid,
// address_forbidden.
#pragma once

#include "api/reach.h"
#include "base/error.h"
#include "base/secret.h"
#include "wire/json.h"

#include <optional>
#include <string>

namespace settled::api {

inline constexpr std::string_view auth_signature = "signature";
inline constexpr std::string_view auth_basic = "basic";

// How an endpoint knows that it is us: {"type":"signature"} (we make the secret and show it once)
// or {"type":"basic","username":…,"password":…}.
struct EndpointAuth {
    std::string type;
    std::string username;
    Secret password; // basic
};

// What is absent stays as it is.
struct EndpointPatch {
    std::optional<std::string> url;
    std::optional<std::string> events; // space-separated, or "*"
    std::optional<EndpointAuth> auth;
    std::optional<std::string> status; // active, disabled
    bool rotate_secret = false;
};

// `url` is https:// (or http://) or kafka: with a topic that this installation allows;
// over Kafka auth is always signature.
// `url` is required; events default to all, auth to signature; neither status nor rotate_secret.
Result<EndpointPatch> read_new_endpoint(const wire::Json& root, const Reach& reach);
Result<EndpointPatch> read_endpoint_patch(const wire::Json& root, const Reach& reach);

} // namespace settled::api
