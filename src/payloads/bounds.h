// Bounds of what clients write; the others are in base/limits.h.
#pragma once

#include <cstddef>

namespace settled::payloads::bounds {

inline constexpr std::size_t scheme_bytes_max = 35; // the longest scheme name of a provider
inline constexpr std::size_t account_text_bytes_max = 64;
// Problems that are reported of one document: more than a client mends in one go, and an answer
// stays small however many members a body makes up.
inline constexpr std::size_t problems_max = 50;

} // namespace settled::payloads::bounds
