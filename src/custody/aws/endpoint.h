// Where AWS's services are, and whether a URL of one may be called. Pure.
#pragma once

#include "base/error.h"
#include "custody/aws/environment.h"
#include "custody/aws/settings.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace settled::custody::aws {

enum class Service : std::uint8_t { secrets_manager, s3, sts };
// As signatures name it: "secretsmanager", "s3", "sts".
std::string_view token(Service service);

struct Endpoint {
    std::string root; // "https://secretsmanager.eu-west-2.amazonaws.com"
    std::string host; // as the Host header has it: with the port where that is not the scheme's
    bool is_named = false; // false: AWS's own
    // The host is an address or "localhost": no bucket stands in front of it.
    bool is_address = false;
};

// Of the settings, else of the environment, else AWS's own. Fails with config_invalid: the URL is no
// https://host[:port], or is http to another host than a loopback one.
Result<Endpoint> endpoint_of(Service service, std::string_view region, const Settings& settings,
                             const Environment& environment);
// "https://host[:port]", with or without a slash at its end. Fails as above.
Result<Endpoint> parse_endpoint(std::string_view url);

// Containers' credentials: https, or http to a loopback or link-local address.
bool is_near(std::string_view url);

} // namespace settled::custody::aws
