#include "cli/duration.h"

#include <charconv>

namespace settled::cli {

std::optional<std::int64_t> seconds_of(std::string_view text) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    constexpr std::int64_t count_max = 100'000'000;
    if (error != std::errc() || end + 1 != text.data() + text.size() || count < 0 ||
        count > count_max)
        return std::nullopt;
    switch (*end) {
    case 'd':
        return count * 86'400;
    case 'h':
        return count * 3'600;
    case 'm':
        return count * 60;
    case 's':
        return count;
    default:
        return std::nullopt;
    }
}

} // namespace settled::cli
