// How many requests a second may begin, in fractions of one: a bucket that holds one second's worth,
// and one request at least. Plain arithmetic, one thread.
#pragma once

#include "base/clock.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace settled::worker {

class RateLimiter {
  public:
    // In requests in 1,000 s. A rate that changes leaves what was saved, within the new bounds.
    void set_rate(std::int64_t per_1000s, Clock::Steady now) {
        refill(now);
        if (rate_ == 0)
            saved_ = capacity_of(per_1000s); // it begins
        rate_ = per_1000s;
        saved_ = std::min(saved_, capacity_of(rate_));
    }
    bool may_start(Clock::Steady now) {
        refill(now);
        return saved_ >= one;
    }
    // A request begins.
    void take() { saved_ -= one; }

  private:
    static constexpr std::int64_t one = 1'000'000'000; // a request
    static constexpr std::chrono::microseconds refill_max = std::chrono::seconds(1'000);

    // A second's worth of a rate in 1,000 s is a thousandth of it.
    static std::int64_t capacity_of(std::int64_t per_1000s) {
        return std::max(one, per_1000s * (one / 1000));
    }
    void refill(Clock::Steady now) {
        const auto passed =
            std::clamp(std::chrono::duration_cast<std::chrono::microseconds>(now - at_),
                       std::chrono::microseconds(0), refill_max);
        at_ = now;
        saved_ = std::min(saved_ + passed.count() * rate_, capacity_of(rate_));
    }

    std::int64_t rate_ = 0;
    std::int64_t saved_ = one;
    Clock::Steady at_{};
};

} // namespace settled::worker
