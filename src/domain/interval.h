// The grid of an endpoint's interval: pure. Intervals count from the moment the schedule was set.
#pragma once

#include "base/clock.h"

#include <chrono>

namespace settled::domain {

inline constexpr std::chrono::seconds interval_min{30};
inline constexpr std::chrono::seconds interval_max{std::chrono::hours(23)};

// The first point of the grid after `now`.
constexpr Instant next_point(Instant set_at, std::chrono::seconds interval, Instant now) {
    const std::chrono::microseconds step = interval;
    if (now < set_at)
        return set_at + step;
    const auto passed = (now - set_at) / step;
    return set_at + (passed + 1) * step;
}

} // namespace settled::domain
