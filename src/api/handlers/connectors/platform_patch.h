// The part of a connector's POST and PATCH that is for a platform that notifies us: what of its
// content is fetched, and how its messages are read.
#pragma once

#include "domain/connector.h"
#include "net/client/egress.h"
#include "payloads/reader.h"

#include <optional>
#include <string>

namespace settled::api {

struct PlatformPatch {
    std::optional<std::string> content_url_prefix;
    std::optional<std::string> token_url;
    std::optional<std::string> client_id;
    std::optional<std::string> scope;
    std::optional<std::string> partner_code;
    std::optional<bool> lenient_json;

    bool any() const {
        return content_url_prefix || token_url || client_id || scope || partner_code ||
               lenient_json;
    }
};

// What is looked at on the disk before anything is stored (connector_files.h).
struct PlatformFiles {
    std::optional<std::string> client_secret; // URI
    std::optional<std::string> time_zone;     // its name

    bool any() const { return client_secret || time_zone; }
};

// Refuses a prefix or a token_url that may not be called: url_invalid, address_forbidden.
PlatformPatch read_platform(payloads::Reader& in, PlatformFiles& files,
                            const net::EgressPolicy& egress);
// Fails with value_invalid: a part of what belongs together is missing.
Result<> apply(domain::ConnectorSettings& settings, const PlatformPatch& patch,
               const PlatformFiles& files);

// An address that may be called, without a query; a slash at its end stays. Fails with url_invalid,
// address_forbidden. The client vets every address again when it calls.
Result<> check_called_url(std::string_view text, const net::EgressPolicy& egress);

} // namespace settled::api
