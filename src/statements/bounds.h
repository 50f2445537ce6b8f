// Bounds of reading statements, each with its reason.
#pragma once

#include <cstddef>
#include <cstdint>

namespace settled::statements::bounds {

// ISO 20022 texts have 35 to 140 characters; remittance may repeat without an end.
inline constexpr std::size_t id_bytes_max = 140;
inline constexpr std::size_t name_bytes_max = 256;
inline constexpr std::size_t remittance_bytes_max = 1024;

// XML: no statement nests deeper than 20, and no element has more text than a few lines. What a
// parser must hold to go on (a name, an attribute, a comment) is bounded as well.
inline constexpr std::size_t xml_depth_max = 64;
inline constexpr std::size_t xml_text_bytes_max = 16UL * 1024;
inline constexpr std::size_t xml_token_bytes_max = 256UL * 1024;

// MT940: 65 characters a line by the standard; some banks write a whole narrative into one.
inline constexpr std::size_t line_bytes_max = 4UL * 1024;
inline constexpr std::size_t field_lines_max = 64;

// A file in UTF-16 is converted as a whole. A month of 60,000 entries has some 10 MB.
inline constexpr std::size_t utf_16_bytes_max = 64UL * 1024 * 1024;

// A CSV's header is looked for among its first lines.
inline constexpr std::size_t preamble_lines_max = 100;
inline constexpr std::size_t footer_lines_max = 100;

// A year and some days of slack: a statement of more is a mistake in a date.
inline constexpr std::int64_t period_days_max = 370;

} // namespace settled::statements::bounds
