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
