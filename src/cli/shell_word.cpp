#include "cli/shell_word.h"

#include <algorithm>
#include <string_view>

namespace settled::cli {

std::string shell_word(const std::string& text) {
    const bool is_plain = !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("/._-:@%+=,").contains(c);
    });
    if (is_plain)
        return text;
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

} // namespace settled::cli
