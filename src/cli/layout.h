// Text in columns: pure, so that what a reader sees can be tested without a terminal.
//
// Widths are in columns; every character counts as one (none is written that is wider). Texts
// are UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::cli {

std::size_t columns(std::string_view text);

// The text padded with spaces up to the width; longer texts stay as they are.
std::string padded(std::string_view text, std::size_t width);

// Left and right with the space between them filled, so that the right one ends at the width; at
// least two spaces between them. Nothing is appended when the right one is empty.
std::string spread(std::string_view left, std::string_view right, std::size_t width);

// Broken at spaces into lines of at most the width; a longer word has a line of its own.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

// What was cut off, made visible: ("ACME order 20417 London", "ACME order 20417 L", '.') gives
// ".....". Empty unless the second begins the first.
std::string cut_part(std::string_view whole, std::string_view cut, std::string_view filler);

// "0.84 ms", "12.4 ms", "812 ms", "12.3 s": three digits are all that a reader wants.
std::string duration_text(std::int64_t us);

// The value that `percent` of all values do not exceed (nearest rank); nullopt when there are none.
std::optional<std::int64_t> percentile(std::vector<std::int64_t> values, std::size_t percent);

// A bar of `width` characters, full in proportion; complete only when done reaches total.
std::string bar(std::size_t done, std::size_t total, std::size_t width, std::string_view full,
                std::string_view empty);

} // namespace settled::cli
