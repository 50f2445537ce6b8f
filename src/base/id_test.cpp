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

TEST(Id, the_first_id_of_a_moment_bounds_all_later_ids) {
    SteppingClock clock;
    IdMint mint(clock, 7);
    const std::int64_t before = mint.next_value();
    clock.us += 5000;
    const std::int64_t first = first_id_at(clock.now());
    EXPECT_LT(before, first);
    EXPECT_LE(first, mint.next_value());
    EXPECT_EQ(first_id_at(Instant{}), 0);
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

constexpr std::int64_t ms = 1000;

TEST(Id, a_number_that_changes_hands_gives_no_id_twice_whatever_the_clocks_say) {
    SteppingClock paused, other;
    IdMint first(paused, 0), second(other, 9);
    const Instant end{paused.us + 10'000 * ms};
    first.take_number(3, Instant{paused.us}, end);
    std::set<std::int64_t> seen{first.next_value()};
    // The first wakes up after its lease and finishes what it was doing; the second's clock is
    // late.
    paused.us += 60'000 * ms;
    second.take_number(3, end, {end.us + 10'000 * ms});
    for (int i = 0; i < 1000; ++i) {
        EXPECT_TRUE(seen.insert(first.next_value()).second);
        EXPECT_TRUE(seen.insert(second.next_value()).second);
    }
    EXPECT_LE(first.last().us, end.us);
    EXPECT_GT(second.last().us, end.us);
}

TEST(Id, rises_through_a_change_of_number_and_goes_on_with_the_renewed_lease) {
    SteppingClock clock;
    IdMint mint(clock, 0);
    const std::int64_t before = mint.next_value();
    mint.take_number(200, {0}, {clock.us + 1000 * ms});
    const std::int64_t after = mint.next_value();
    EXPECT_GT(after, before);
    clock.us += 5000 * ms;
    EXPECT_LT(mint.last().us, clock.us);
    mint.extend({clock.us + 1000 * ms});
    EXPECT_GT(mint.next_value(), after);
    EXPECT_EQ(mint.last().us, clock.us);
}

TEST(IdDeathTest, no_id_is_minted_when_the_last_millisecond_of_a_lease_is_used_up) {
    SteppingClock clock;
    IdMint mint(clock, 0);
    mint.take_number(1, {0}, Instant{clock.us});
    EXPECT_DEATH(
        {
            for (int i = 0; i < 20'000; ++i)
                (void)mint.next_value();
        },
        "after the end of its lease");
}

} // namespace
} // namespace settled
