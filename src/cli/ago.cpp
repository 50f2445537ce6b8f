#include "cli/ago.h"

#include "wire/time.h"

#include <fmt/format.h>

namespace settled::cli {

std::string ago(Instant at, Instant now) {
    constexpr std::int64_t second_us = 1'000'000;
    constexpr std::int64_t minute = 60;
    constexpr std::int64_t hour = 60 * minute;
    constexpr std::int64_t day = 24 * hour;
    const std::int64_t seconds = (now.us - at.us) / second_us;
    if (seconds < 1)
        return "just now";
    if (seconds < 2 * minute)
        return fmt::format("{} s ago", seconds);
    if (seconds < 2 * hour)
        return fmt::format("{} min ago", seconds / minute);
    if (seconds < 2 * day)
        return fmt::format("{} h ago", seconds / hour);
    return fmt::format("{} days ago", seconds / day);
}

std::string ago(std::string_view at, std::string_view now) {
    const auto then = wire::parse_rfc3339(at);
    const auto present = wire::parse_rfc3339(now);
    return then && present ? ago(*then, *present) : std::string();
}

} // namespace settled::cli
