#include "record_linkage/model.h"

#include <gtest/gtest.h>

#include <cmath>

namespace settled::record_linkage {
namespace {

Pair pair_of(float shared, std::size_t amount, std::size_t delay) {
    MemoMatch memo;
    memo.likeness = Likeness::equal;
    memo.shared = shared;
    Pair pair;
    pair.memo = static_cast<std::uint16_t>(cells::memo(memo));
    pair.amount = static_cast<std::uint16_t>(amount);
    pair.delay = static_cast<std::uint8_t>(delay);
    pair.crowd = std::log(10.0F);
    return pair;
}

// Strangers whose memos are seldom alike and whose amounts and delays are anything.
Tally strangers() {
    Tally tally;
    for (std::size_t i = 0; i < 100'000; ++i) {
        Pair pair = pair_of(0, 1 + i % cells::amount_steps, 8 + i % 21);
        if (i % 1000 != 0)
            pair.memo = cells::rarity_steps * static_cast<std::uint16_t>(Likeness::nothing_shared);
        else
            pair.memo = pair_of(static_cast<float>(i % 7000) / 1000 + 3, 0, 0).memo;
        tally.add(pair, 1);
    }
    return tally;
}

TEST(Model, before_learning_prefers_likeness_equal_amounts_and_short_delays) {
    const Model model(strangers());
    EXPECT_GT(model.weigh(pair_of(9, 0, 8)), model.weigh(pair_of(5, 0, 8)));
    EXPECT_GT(model.weigh(pair_of(9, 0, 8)), model.weigh(pair_of(9, 0, 25)));
    Pair unlike = pair_of(9, 0, 8);
    unlike.memo = cells::rarity_steps * static_cast<std::uint16_t>(Likeness::nothing_shared);
    EXPECT_GT(model.weigh(pair_of(9, 0, 8)), model.weigh(unlike) + 5);
}

TEST(Model, learns_the_delay_and_the_fee_that_true_pairs_have) {
    Model model(strangers());
    constexpr std::size_t fee = 20;
    constexpr std::size_t two_days = 9;
    Tally truths;
    Tally kept = strangers();
    for (int i = 0; i < 5'000; ++i) {
        truths.add(pair_of(9, fee, two_days), 1);
        kept.add(pair_of(9, fee, two_days), 1);
    }
    const double before = model.weigh(pair_of(9, fee, two_days));
    model.learn(truths, kept, 6'000, 6'000);
    EXPECT_GT(model.weigh(pair_of(9, fee, two_days)), before + 3);
    EXPECT_GT(model.weigh(pair_of(9, fee, two_days)), model.weigh(pair_of(9, fee, 15)) + 4);
    EXPECT_GT(model.weigh(pair_of(9, fee, two_days)), model.weigh(pair_of(9, 50, two_days)) + 4);
    EXPECT_NEAR(model.matched_share(), 5.0 / 6, 1e-9);
}

TEST(Model, a_rare_amount_that_agrees_says_more_and_a_crowd_says_less) {
    const Model model(strangers());
    Pair rare = pair_of(9, 0, 8);
    rare.amount_chance = -8;
    Pair common = pair_of(9, 0, 8);
    common.amount_chance = -1;
    EXPECT_NEAR(model.weigh(rare) - model.weigh(common), 7, 1e-3);
    Pair crowded = pair_of(9, 0, 8);
    crowded.crowd = std::log(1000.0F);
    EXPECT_NEAR(model.weigh(pair_of(9, 0, 8)) - model.weigh(crowded), std::log(100.0), 1e-3);
}

} // namespace
} // namespace settled::record_linkage
