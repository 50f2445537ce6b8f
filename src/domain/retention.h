// How long rows are kept once they are final, in days; 0: for ever.
#pragma once

#include <cstdint>

namespace settled::domain {

struct Retention {
    std::int64_t payments_days = 0; // with their settlements and matches
    std::int64_t events_days = 0;
    std::int64_t deliveries_days = 90;
    std::int64_t calls_days = 0;
};

// The bank of a receiver may send a Faster Payment back after 90 days: payments and calls are kept
// for longer than that, whatever is set.
inline constexpr std::int64_t purge_money_days_min = 100;
inline constexpr std::int64_t purge_days_max = 36'500;

} // namespace settled::domain
