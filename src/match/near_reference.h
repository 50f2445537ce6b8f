// References that a slip of the pen keeps apart: for people who look for the payment that a settlement was meant for.
// Nothing is matched by it.
#pragma once

#include <cstddef>
#include <string_view>

namespace settled::match {

// Shorter references are near to too many others.
inline constexpr std::size_t near_reference_min = 5;

// Whether one canonical reference is the other with one character lost, changed or doubled. Equal references are not
// near, nor are two of which one is shorter than near_reference_min.
bool is_near_reference(std::string_view a, std::string_view b);
// The same without those in which a character is another one: numbers in a row differ like that, and say nothing of each
// other.
bool has_one_more_character(std::string_view a, std::string_view b);

} // namespace settled::match
