#include "observe/repeats.h"

#include <gtest/gtest.h>

namespace settled::log {
namespace {

using namespace std::chrono_literals;

const Error full{Code::store_full, "SQLite: database or disk is full"};
const Error corrupt{Code::store_corrupt, "SQLite: malformed"};

TEST(Repeats, the_first_is_written_and_then_one_a_minute_with_the_number_of_the_others) {
    Repeats repeats;
    Repeats::Steady now{1h};
    EXPECT_EQ(repeats.note("timer.failed", full, now), 0U);
    for (int i = 0; i < 240; ++i)
        EXPECT_EQ(repeats.note("timer.failed", full, now += 100ms), std::nullopt);
    now += 36s;
    EXPECT_EQ(repeats.note("timer.failed", full, now), 240U);
    EXPECT_EQ(repeats.note("timer.failed", full, now + 1s), std::nullopt);
}

TEST(Repeats, another_event_or_another_error_is_another_fault) {
    Repeats repeats;
    const Repeats::Steady now{1h};
    EXPECT_TRUE(repeats.note("timer.failed", full, now));
    EXPECT_TRUE(repeats.note("timer.failed", corrupt, now));
    EXPECT_TRUE(repeats.note("seal.failed", full, now));
    EXPECT_FALSE(repeats.note("seal.failed", full, now));
}

TEST(Repeats, the_count_is_logged_after_the_fault_is_over_too) {
    Repeats repeats;
    const Repeats::Steady now{1h};
    (void)repeats.note("timer.failed", full, now);
    (void)repeats.note("timer.failed", full, now);
    (void)repeats.note("timer.failed", {Code::store_full, "the last"}, now);
    EXPECT_TRUE(repeats.take_overdue(now + 59s).empty());
    const auto counted = repeats.take_overdue(now + 60s);
    ASSERT_EQ(counted.size(), 1U);
    EXPECT_EQ(counted[0].event, "timer.failed");
    EXPECT_EQ(counted[0].error.detail, "the last");
    EXPECT_EQ(counted[0].times, 2U);
    EXPECT_TRUE(repeats.take_overdue(now + 180s).empty());
}

} // namespace
} // namespace settled::log
