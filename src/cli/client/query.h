// Text as a part of a URL.
#pragma once

#include <string>
#include <string_view>

namespace settled::cli {

// Percent-encoded except letters, digits and "-._~" (RFC 3986, unreserved).
std::string query_text(std::string_view text);

} // namespace settled::cli
