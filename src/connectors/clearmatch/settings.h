// What a connector to a platform of the Clearmatch kind is configured with, as it is stored, in
// addition to what all kinds share: its api_url is the prefix below which content is fetched (none:
// nothing is). Secrets are named by URI.
#pragma once

#include "base/error.h"

#include <string>
#include <string_view>

namespace settled::connectors::clearmatch {

struct PlatformSettings {
    // OAuth2 client credentials for the content; empty: it is fetched without a token.
    std::string token_url;
    std::string client_id;
    std::string client_secret; // URI
    std::string scope;
    // Of the platform's times, which name none: a name of the IANA database.
    std::string time_zone = "UTC";
    std::string partner_code; // of the messages that are taken; empty: of any
    bool lenient_json = false;

    bool has_token() const { return !token_url.empty(); }
    friend bool operator==(const PlatformSettings&, const PlatformSettings&) = default;
};

std::string to_json(const PlatformSettings& settings);
// Empty text: the defaults. Fails with value_invalid.
Result<PlatformSettings> parse_platform_settings(std::string_view json);

} // namespace settled::connectors::clearmatch
