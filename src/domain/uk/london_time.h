// The time in London, by the rule that holds since 1996: summer time from the last Sunday of March,
// 01:00 UTC, to the last Sunday of October, 01:00 UTC. Pure; no time zone files are needed.
//
// Source: The Summer Time Order 2002 (SI 2002/262).
#pragma once

#include "base/clock.h"

#include <chrono>

namespace settled::domain {

bool is_summer_time(Instant at);

// What a clock in London shows.
struct LondonTime {
    std::chrono::sys_days date; // the day in London
    std::chrono::microseconds of_day{0};
};
LondonTime london_time(Instant at);

// The moment when clocks in London show that time of that day. Of a time that is shown twice (the
// hour before summer time ends) the first; of one that is never shown (the hour after summer time
// begins) the moment of the change.
Instant london_moment(std::chrono::sys_days date, std::chrono::minutes of_day);

} // namespace settled::domain
