#include "base/id.h"

#include <gtest/gtest.h>

#include <set>

namespace settled {
namespace {

struct SteppingClock final : Clock {
    mutable std::int64_t us = 1'790'000'000'000'000;
    Instant now() const override { return {us}; }
    Steady steady() const override { return {}; }
};

TEST(Id, text_sorts_like_the_integer_and_reads_back) {
    const PaymentId small{1}, large{(std::int64_t{1} << 62) + 5};
    EXPECT_LT(to_string(small), to_string(large));
    EXPECT_EQ(parse_id<PaymentIdTag>(to_string(large)).value(), large);
    EXPECT_FALSE(parse_id<PaymentIdTag>(to_string(SettlementId{1})).has_value());
    EXPECT_FALSE(parse_id<PaymentIdTag>("pay_ZZZZZZZZZZZZZ").has_value());
    EXPECT_FALSE(parse_id<PaymentIdTag>("pay_00000000000u1").has_value());
}

TEST(Id, rises_strictly_even_when_the_clock_steps_back) {
    SteppingClock clock;
    IdMint mint(clock, 7);
    std::int64_t last = 0;
    for (int i = 0; i < 100'000; ++i) {
        clock.us += i % 1000 == 999 ? -5'000'000 : 1;
        const std::int64_t id = mint.next_value();
        ASSERT_GT(id, last);
        last = id;
    }
}

TEST(Id, nodes_never_share_an_id) {
    SteppingClock clock;
    IdMint one(clock, 1), two(clock, 2);
    std::set<std::int64_t> seen;
    for (int i = 0; i < 20'000; ++i) {
        EXPECT_TRUE(seen.insert(one.next_value()).second);
        EXPECT_TRUE(seen.insert(two.next_value()).second);
    }
}

} // namespace
} // namespace settled
