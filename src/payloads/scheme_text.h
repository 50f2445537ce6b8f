// Text that a payment scheme carries to another bank: which characters, how many.
//
// What the scheme does not carry is refused, or written in characters that it does carry; nothing is
// ever cut or left out. Source: ClearBank pages "Faster Payments" and "CHAPS" (character sets). The
// bank's page shows U+2019 where its earlier edition had the ASCII apostrophe: only the ASCII one is
// taken, and the other is transliterated to it.
#pragma once

#include "base/error.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace settled::payloads {

enum class CharacterSet : std::uint8_t {
    words, // names and references: letters, digits, space and / - ? : ( ) . , ' + # = ! " % & * < > ; { @
    address, // letters, digits, space and / - ? : ( ) . , ' +
    id,      // end-to-end ids: as address
};

struct SchemeText {
    CharacterSet set = CharacterSet::words;
    std::size_t characters_max = 140;
    bool transliterate = false;
};

// Fails with characters_not_allowed, naming the first such character, and value_invalid for what is
// too long or all spaces. An id may not begin or end with a space.
Result<std::string> parse_scheme_text(std::string_view utf8, SchemeText rule);

// Letters with accents as their plain letters ("Zoë" as "Zoe"), Greek and Cyrillic letters as Latin
// ones, typographic quotes, dashes and spaces as the plain ones. What has no such form stays.
std::string transliterated(std::string_view utf8);

} // namespace settled::payloads
