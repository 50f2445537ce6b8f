// How long a text can be that a regular expression allows.
//
// Providers publish the length of a reference inside the `pattern` of a JSON Schema ("^[a-zA-Z0-9
// ]{1,18}$"), not as a number. This reads the length out of it without matching anything: no
// expression that a provider writes can make it slow.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace settled::learn {

// In characters. nullopt: it has no bound (an expression that is not anchored at both ends has
// none), or it uses something that is not understood here (a back reference), or it is longer than
// 1,000 bytes or nested deeper than 32.
std::optional<std::size_t> pattern_length_max(std::string_view pattern);

} // namespace settled::learn
