#include "api/console/tries.h"

#include "api/bounds.h"

#include <gtest/gtest.h>

namespace settled::api {
namespace {

TEST(Tries, an_address_has_ten_a_minute) {
    Tries tries;
    Clock::Steady now{std::chrono::seconds(100)};
    for (int i = 0; i < bounds::sign_ins_per_minute; ++i)
        EXPECT_TRUE(tries.take("192.0.2.1", now));
    EXPECT_FALSE(tries.take("192.0.2.1", now));
    EXPECT_TRUE(tries.take("192.0.2.2", now));
    now += bounds::sign_in_window;
    EXPECT_TRUE(tries.take("192.0.2.1", now));
}

TEST(Tries, a_flood_of_others_does_not_clear_the_count_of_one_that_is_guessed_at) {
    constexpr std::size_t counted = 100;
    Tries tries(counted);
    const Clock::Steady now{std::chrono::seconds(100)};
    int allowed = 0;
    for (int i = 0; i < 50; ++i) {
        allowed += tries.take("ann", now) ? 1 : 0;
        for (std::size_t k = 0; k + 1 < counted; ++k)
            EXPECT_TRUE(tries.take(std::to_string(i) + "-" + std::to_string(k), now));
    }
    EXPECT_EQ(allowed, bounds::sign_ins_per_minute);
}

TEST(PasswordShares, an_address_has_two_under_way) {
    PasswordShares shares;
    auto first = shares.take("192.0.2.1");
    const auto second = shares.take("192.0.2.1");
    ASSERT_TRUE(first && second);
    EXPECT_FALSE(shares.take("192.0.2.1"));
    EXPECT_TRUE(shares.take("192.0.2.2"));
    first.reset();
    EXPECT_TRUE(shares.take("192.0.2.1"));
}

TEST(Tries, a_host_counts_with_its_whole_network) {
    Tries tries;
    const Clock::Steady now{std::chrono::seconds(100)};
    for (int i = 0; i < bounds::sign_ins_per_minute; ++i)
        EXPECT_TRUE(tries.take("2001:db8::" + std::to_string(i), now));
    EXPECT_FALSE(tries.take("2001:db8::ffff", now));
    EXPECT_TRUE(tries.take("2001:db8:0:1::1", now));
}

} // namespace
} // namespace settled::api
