// Endpoints as clients describe them. Strict; errors as in reader.h, and url_invalid,
// address_forbidden.
#pragma once

#include "api/handlers/endpoint_auth_reader.h"
#include "api/handlers/endpoint_settings_reader.h"
#include "api/reach.h"
#include "base/error.h"
#include "base/secret.h"
#include "wire/json.h"

#include <chrono>
#include <optional>
#include <string>

namespace settled::api {

// What is absent stays as it is.
struct EndpointPatch {
    std::optional<std::string> url;
    std::optional<std::string> events; // space-separated, or "*"
    std::optional<GivenAuth> auth;
    std::optional<GivenCertificate> certificate;
    std::optional<std::string> trusted_ca;
    std::optional<domain::SuccessRule> success;
    std::optional<std::string> status; // active, paused, disabled
    bool rotate_secret = false;
    std::chrono::seconds previous_expires_in{0}; // what a rotation replaces signs on for so long
    SettingsChanges settings;
};

// `url` is https:// (or http://) or kafka: with a topic that this installation allows.
// `url` is required; events default to all, auth to signature; neither status nor rotate_secret.
Result<EndpointPatch> read_new_endpoint(const wire::Json& root, const Reach& reach);
Result<EndpointPatch> read_endpoint_patch(const wire::Json& root, const Reach& reach);

// `events`, as of an endpoint: space-separated, or "*"; nullopt when absent.
std::optional<std::string> read_events(payloads::Reader& in);

} // namespace settled::api
