// Bounds of what clients write; the others are in base/limits.h.
#pragma once

#include <cstddef>

namespace settled::forms::bounds {

inline constexpr std::size_t scheme_bytes_max = 35; // the longest scheme name of a provider
inline constexpr std::size_t account_text_bytes_max = 64;

} // namespace settled::forms::bounds
