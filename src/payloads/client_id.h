// A client's own id of what it creates. It is a part of an address: GET /v1/payments/{id}.
#pragma once

#include "base/error.h"

#include <string>
#include <string_view>

namespace settled::payloads {

// Visible ASCII characters without a slash. Fails with value_invalid.
Result<std::string> parse_client_id(std::string_view text);

// The same, where one address takes our ids and the client's: it may not begin like ours ("ord_").
// `prefix`: of our ids of that kind, without the underscore.
Result<std::string> parse_client_id_beside(std::string_view prefix, std::string_view text);

} // namespace settled::payloads
