#include "worker/rate_limiter.h"

#include <gtest/gtest.h>

namespace settled::worker {
namespace {

using namespace std::chrono_literals;

constexpr Clock::Steady begin{1h};

int started(RateLimiter& limiter, Clock::Steady now) {
    int count = 0;
    while (limiter.may_start(now) && count < 1'000'000) {
        limiter.take();
        ++count;
    }
    return count;
}

TEST(RateLimiter, lets_one_seconds_worth_begin_at_once_and_then_its_rate) {
    RateLimiter limiter;
    limiter.set_rate(10'000, begin); // 10 a second
    EXPECT_EQ(started(limiter, begin), 10);
    EXPECT_EQ(started(limiter, begin + 99ms), 0);
    EXPECT_EQ(started(limiter, begin + 100ms), 1);
    EXPECT_EQ(started(limiter, begin + 600ms), 5);
    EXPECT_EQ(started(limiter, begin + 1h), 10) << "no more than a second's worth is saved";
}

TEST(RateLimiter, takes_fractions) {
    RateLimiter limiter;
    limiter.set_rate(500, begin); // 30 a minute
    EXPECT_EQ(started(limiter, begin), 1);
    int count = 0;
    for (int second = 1; second <= 60; ++second)
        count += started(limiter, begin + second * 1s);
    EXPECT_EQ(count, 30);
}

TEST(RateLimiter, a_new_rate_gives_nothing_away) {
    RateLimiter limiter;
    limiter.set_rate(10'000, begin);
    EXPECT_EQ(started(limiter, begin), 10);
    limiter.set_rate(20'000, begin);
    limiter.set_rate(20'000, begin);
    EXPECT_EQ(started(limiter, begin), 0);
    EXPECT_EQ(started(limiter, begin + 500ms), 10);
}

} // namespace
} // namespace settled::worker
