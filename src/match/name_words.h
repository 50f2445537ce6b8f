// The words of a name, as people search for them. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace settled::match {

inline constexpr std::size_t name_word_min = 3;     // a shorter word is no word
inline constexpr std::size_t name_word_max = 16;    // a longer one is cut
inline constexpr std::size_t words_of_name_max = 5; // of one name, the first

// Folded to capitals and digits (fold.h), each once, in their order. Words end at spaces and punctuation, except an
// apostrophe: "Séan O'Brien-Smith" has SEAN, OBRIEN and SMITH.
std::vector<std::string> name_words(std::string_view name);

} // namespace settled::match
