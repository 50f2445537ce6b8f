// The body of a call, as its handler wants it.
#pragma once

#include "api/call.h"
#include "wire/json.h"

#include <string_view>

namespace settled::api {

// The media type without its parameters, in lower case: "application/json".
std::string media_type(const net::Request& request);

// Fails with content_type_unsupported, json_invalid and its kin.
Result<wire::JsonDocument> json_body(const net::Request& request);

// Calls whose whole meaning is in the path: an empty body, or {}. Fails with value_invalid.
Result<> no_body(const net::Request& request);

} // namespace settled::api
