// Text as a part of a request's path or query.
#pragma once

#include <string>
#include <string_view>

namespace settled::connectors {

// Everything but letters, digits and "-._~" as %XX (RFC 3986 section 2.3), so that an id can never
// change which path is called.
std::string percent_encoded(std::string_view text);

} // namespace settled::connectors
