// The other side's words as people are shown them: one line, bounded, whatever was sent.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace settled::connectors {

inline constexpr std::size_t shown_text_bytes_max = 512;

// Control characters become spaces; at most `bytes_max` bytes, never ending inside a UTF-8
// character.
std::string shown_text(std::string_view text, std::size_t bytes_max = shown_text_bytes_max);

} // namespace settled::connectors
