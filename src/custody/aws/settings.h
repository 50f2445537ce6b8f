// What the operator says of AWS: [aws] in the settings, and the two of [custody] that are about it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace settled::custody::aws {

// Where credentials come from. `automatic` takes the first that is configured, in this order.
enum class Source : std::uint8_t {
    automatic,
    environment,
    web_identity,
    profile,
    container,
    instance
};

struct Settings {
    std::string region; // empty: of the URI, the environment or the profile
    // Empty: AWS's own, or the environment's. The first is for all services without one of their own.
    std::string endpoint_url;
    std::string secrets_manager_url;
    std::string s3_url;
    std::string sts_url;
    Source credentials = Source::automatic;
    std::string tenant_prefix; // names below PREFIX/TENANT are a tenant's; empty: none are
    std::chrono::seconds refresh{300};
    bool allow_s3_without_kms = false;

    bool operator==(const Settings&) const = default;
};

} // namespace settled::custody::aws
