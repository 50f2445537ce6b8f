#include "connectors/shown_text.h"

#include <algorithm>

namespace settled::connectors {

std::string shown_text(std::string_view text, std::size_t bytes_max) {
    std::size_t end = std::min(text.size(), bytes_max);
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; };
    if (end < text.size())
        while (end > 0 && continues(text[end]))
            --end;
    std::string shown(text.substr(0, end));
    std::ranges::replace_if(
        shown, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return shown;
}

} // namespace settled::connectors
