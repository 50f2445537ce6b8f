// Folding of Unicode text to the capitals and digits that every payment scheme can carry.
//
// Banks write one name in many ways: "Müller", "MULLER", "Mu\u0308ller" (decomposed),
// "ＭＵＬＬＥＲ" (full width). Folding gives all of them the same letters. It is not a
// transliteration for people to read; it only has to be the same on both sides. Accented Latin (to
// U+024F, and U+1E00 to U+1EFF for Vietnamese), Greek and Cyrillic letters become Latin ones, by
// letter and without context; everything else (spaces, punctuation, combining marks, other scripts,
// bytes that are no UTF-8) is dropped.
//
// Folding works character by character, so that cutting a text at a character and folding it gives
// a beginning of the folded whole. The matching of cut references depends on this.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace settled::match {

// Only A-Z and 0-9; at most four characters for one of the input.
std::string fold_to_ascii(std::string_view utf8);

// The first `count` characters (code points), whole; a text no longer than that unchanged.
std::string_view first_characters(std::string_view utf8, std::size_t count);

} // namespace settled::match
