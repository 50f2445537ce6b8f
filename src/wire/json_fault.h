// Where a text stops being JSON, in words for the one who wrote it.
#pragma once

#include "base/error.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace settled::wire {

struct JsonFault {
    Code code = Code::json_invalid;
    std::size_t offset = 0; // in bytes
    std::size_t line = 1;   // from 1
    std::size_t column = 1; // from 1, in characters
    std::string why;        // `a comma is missing after "id"`: never what a value holds
    enum class Kind : std::uint8_t { missing_comma, trailing_comma, other } kind = Kind::other;
};
// The first one; nullopt: JsonDocument::parse takes the text.
std::optional<JsonFault> first_fault(std::string_view text);

// The text with a comma added between each two members that have none, and without commas before the
// end of an object or array: the slips of a writer who puts JSON together by hand. Nothing else is
// changed, and what comes out is strict JSON. Fails with what first_fault() says of the text when
// that is not enough.
std::expected<std::string, JsonFault> with_commas_mended(std::string_view text);

} // namespace settled::wire
