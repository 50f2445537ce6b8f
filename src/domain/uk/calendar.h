// When CHAPS is open, and what a working day is: London time, the bank holidays of England and Wales,
// the operator's hours ([calendar] in the settings). Pure: the time is a part of each question.
#pragma once

#include "base/clock.h"
#include "domain/uk/bank_holidays.h"

#include <chrono>
#include <string>
#include <string_view>

namespace settled::domain {

// "08:00-17:00": from the first minute on, until the second begins; within one day.
struct Hours {
    std::chrono::minutes from{std::chrono::hours(8)};
    std::chrono::minutes until{std::chrono::hours(17)};
    friend bool operator==(const Hours&, const Hours&) = default;
};
// Fails with value_invalid.
Result<Hours> parse_hours(std::string_view text);

enum class OutsideHours : std::uint8_t {
    queue,  // an order waits for the hours
    refuse, // it is refused
};

struct Calendar {
    BankHolidays holidays = {};
    Hours chaps_hours = {};
    bool chaps_on_working_days = true; // otherwise on every day
    OutsideHours outside_hours = OutsideHours::queue;

    bool is_working_day(std::chrono::sys_days london_day) const;
    bool is_chaps_open(Instant at) const;
    // `at` where it is open then, else the next opening. A calendar without an opening within a year
    // has none (it would be one of holidays alone): then a year later.
    Instant chaps_opening(Instant at) const;
    // The n-th working day after the London day of `at`.
    std::chrono::sys_days working_day_after(Instant at, int n) const;
};

} // namespace settled::domain
