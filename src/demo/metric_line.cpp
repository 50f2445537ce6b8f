#include "demo/metric_line.h"

#include <charconv>

namespace settled::demo {

std::int64_t metric_in(std::string_view text, std::string_view name) {
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(line.size() == text.size() ? line.size() : line.size() + 1);
        if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ' ')
            continue;
        const std::string_view figure = line.substr(name.size() + 1);
        double value = 0; // figures are written as floating point, large ones with an exponent
        std::from_chars(figure.data(), figure.data() + figure.size(), value);
        return static_cast<std::int64_t>(value);
    }
    return 0;
}

} // namespace settled::demo
