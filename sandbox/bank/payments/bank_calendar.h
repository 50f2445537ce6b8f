// The bank's own day: a clock that a test sets, and the hours of CHAPS on it.
//
// Without hours CHAPS is open at any time, so that tests run by night. Hours are those of the
// bank's clock. Source: ClearBank page "CHAPS" (08:00 to 17:00 on working days).
// Threads: used on one io_context only.
#pragma once

#include "base/clock.h"

#include <chrono>
#include <optional>
#include <set>

namespace settled::sandbox {

struct ChapsHours {
    std::chrono::minutes from{std::chrono::hours(8)};
    std::chrono::minutes until{std::chrono::hours(17)};
};

class BankCalendar {
  public:
    explicit BankCalendar(const Clock& clock) : clock_(clock) {}

    // From then on the bank's clock goes on from this time; nullopt: it is the machine's.
    void set_time(std::optional<Instant> now);
    void set_hours(std::optional<ChapsHours> hours) { hours_ = hours; }
    void close_on(std::set<std::chrono::sys_days> days) { closed_ = std::move(days); }

    Instant now() const { return clock_.now() + ahead_; }
    bool is_chaps_open() const;
    // "2026-11-30"
    std::chrono::sys_days today() const;
    bool is_working_day(std::chrono::sys_days day) const;
    std::chrono::sys_days next_working_day(std::chrono::sys_days day) const;

  private:
    const Clock& clock_;
    std::chrono::microseconds ahead_{0};
    std::optional<ChapsHours> hours_;
    std::set<std::chrono::sys_days> closed_;
};

} // namespace settled::sandbox
