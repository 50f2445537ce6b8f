// Base64 (RFC 4648 section 4), strict: right alphabet, right padding, no white space, zero spare
// bits.
#pragma once

#include "base/bytes.h"
#include "base/error.h"

#include <string>
#include <string_view>

namespace settled::wire {

std::string to_base64(BytesView bytes);
Result<Bytes> parse_base64(std::string_view text);
// The URL-safe alphabet without padding, as JSON Web Tokens write it (RFC 7515 section 2).
Result<Bytes> parse_base64url(std::string_view text);

} // namespace settled::wire
