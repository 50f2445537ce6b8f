// A client's own id of what it creates, such as a payment or an order. It is a part of an address:
// GET /v1/payments/{id}.
#pragma once

#include "base/error.h"
#include "payloads/reader.h"

#include <string>
#include <string_view>

namespace settled::payloads {

// Visible ASCII characters without a slash; and no text that begins like an id of ours (three
// letters, '_' and 13 letters or digits: `pay_…`), since a request may name a thing by either id.
// Fails with value_invalid.
Result<std::string> parse_client_id(std::string_view text);

// The same for new kinds of things: it may not begin with our prefix and '_' at all ("ord_").
Result<std::string> parse_client_id_beside(std::string_view prefix, std::string_view text);

// The required member `name`, of up to limits::client_id_bytes_max bytes.
std::string read_client_id(Reader& in, std::string_view name);

} // namespace settled::payloads
