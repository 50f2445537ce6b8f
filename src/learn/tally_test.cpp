#include "learn/latency.h"

#include "match/testing.h"

#include <gtest/gtest.h>

namespace settled::learn {
namespace {

using namespace std::chrono_literals;

TEST(Tally, nothing_observed_excludes_nothing) {
    const Share share = share_of(0, 0, z_decides);
    EXPECT_EQ(share.low, 0);
    EXPECT_EQ(share.high, 1);
}

// Ten of ten is not "always": Wilson's lower end at 95 % is 72 %.
TEST(Tally, few_observations_leave_much_open) {
    EXPECT_NEAR(share_of(10 * one, 10 * one, z_shown).low, 0.7225, 0.0005);
    EXPECT_NEAR(share_of(0, 10 * one, z_shown).high, 0.2775, 0.0005);
    EXPECT_NEAR(share_of(50 * one, 100 * one, z_shown).low, 0.4038, 0.0005);
}

TEST(Tally, a_kind_is_rare_after_530_matches_without_one) {
    EXPECT_GT(share_of(0, 529 * one, z_decides).high, 0.02);
    EXPECT_LT(share_of(0, 531 * one, z_decides).high, 0.02);
}

TEST(Tally, half_is_gone_after_45_days) {
    EXPECT_NEAR(static_cast<double>(faded(1'000'000, 45)), 500'000, 100);
    EXPECT_EQ(faded(1000, 0), 1000);
    EXPECT_EQ(faded(1000, 10'000), 0);
    EXPECT_GT(faded(INT64_MAX / 2, 1), 0) << "no overflow";
}

TEST(Latency, a_quantile_is_off_by_a_step_at_most) {
    Latency latency;
    for (int i = 0; i < 98; ++i)
        latency.observe(3s);
    for (int i = 0; i < 2; ++i)
        latency.observe(2h);
    const auto median = latency.quantile(500).value();
    EXPECT_GE(median, 3s);
    EXPECT_LE(median, 4300ms);
    const auto slow = latency.quantile(990).value();
    EXPECT_GE(slow, 2h);
    EXPECT_LE(slow, 170min);
    EXPECT_FALSE(Latency().quantile(500));
}

TEST(Latency, a_time_out_of_range_counts_in_the_first_or_last_step) {
    Latency latency;
    latency.observe(0us);
    EXPECT_EQ(latency.quantile(500), 1ms);
    Latency slow;
    slow.observe(std::chrono::days(400));
    EXPECT_GE(slow.quantile(500).value(), std::chrono::days(30));
}

TEST(Latency, parts_that_are_merged_are_the_whole) {
    const auto property = [](const std::vector<std::uint32_t>& times, std::size_t cut) {
        Latency whole;
        Latency first;
        Latency second;
        for (std::size_t i = 0; i < times.size(); ++i) {
            whole.observe(std::chrono::microseconds(times[i]));
            (i < cut % (times.size() + 1) ? first : second)
                .observe(std::chrono::microseconds(times[i]));
        }
        first.add(second);
        RC_ASSERT(first == whole);
    };
    EXPECT_TRUE(match::testing::holds(property));
}

} // namespace
} // namespace settled::learn
