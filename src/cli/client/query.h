// Texts as parts of a URL.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::cli {

// Percent-encoded except letters, digits and "-._~" (RFC 3986, unreserved).
std::string query_text(std::string_view text);

// A path with parameters; those without a value are left out.
using Parameters = std::vector<std::pair<std::string_view, std::string>>;
std::string with_parameters(std::string_view path, const Parameters& parameters);

} // namespace settled::cli
