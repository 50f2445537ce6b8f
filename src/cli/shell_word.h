// Text as a word of a shell's command line, for commands that are printed to be pasted. Pure.
#pragma once

#include <string>

namespace settled::cli {

// As it is where a shell takes it so, else in single quotes.
std::string shell_word(const std::string& text);

} // namespace settled::cli
