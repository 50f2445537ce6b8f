// The header fields of a request to Mambu: version 2 of the API, who we are, and the key under which
// a repeat is the same request. Source: Mambu API v2, "Authentication", "Versioning", "Idempotency".
#pragma once

#include "base/secret.h"
#include "domain/call.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::connectors::mambu {

using HeaderFields = std::vector<std::pair<std::string, std::string>>;

// With `username`, HTTP basic authentication with the key as password; else the key is an API
// consumer's. `request_id` is in UUID form.
HeaderFields header_fields(const domain::CallRequest& request, std::string_view request_id,
                           std::string_view username, const Secret& key);

} // namespace settled::connectors::mambu
