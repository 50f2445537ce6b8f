// A small run of the generator: what the ladder says is never wrong.
#include "bench/match/referee.h"

#include <gtest/gtest.h>

namespace settled::bench {
namespace {

Findings run(std::uint64_t seed, std::size_t settlements) {
    static const crypto::Hmac key(as_bytes("a tenant's key"));
    const WorldOptions options{.seed = seed, .settlements = settlements};
    const World world = make_world(options);
    Engine engine(world, key, options.watermark);
    engine.run();
    return referee(world, engine, seed);
}

TEST(MatchWorld, nothing_is_matched_wrongly) {
    Findings all;
    for (std::uint64_t seed = 1; seed <= 4; ++seed)
        all += run(seed, 5'000);
    EXPECT_EQ(all.all.wrong, 0U);
    for (const std::string& wrong : all.wrong_ones)
        ADD_FAILURE() << wrong;
    EXPECT_GT(all.all.coverage(), 0.7);
    EXPECT_GE(all.all.settlements + all.strangers, 20'000U);
    for (const std::size_t rank : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 12U})
        EXPECT_GT(all.by_rank[rank], 0U) << "no match of rank " << rank;
    for (std::size_t i = 0; i < mutations; ++i)
        EXPECT_GT(all.by_mutation[i].settlements, 0U) << row_of(static_cast<Mutation>(i)).token;
    for (std::size_t i = 0; i < designs; ++i)
        if (static_cast<Design>(i) != Design::stranger)
            EXPECT_GT(all.by_design[i].settlements, 0U) << token(static_cast<Design>(i));
}

TEST(MatchWorld, every_settlement_is_somewhere) {
    const Findings all = run(7, 3'000);
    const Tally& tally = all.all;
    EXPECT_EQ(tally.settlements, tally.right + tally.twins + tally.ambiguous + tally.unmatched);
}

TEST(MatchWorld, a_seed_repeats_its_world) {
    const World one = make_world({.seed = 3, .settlements = 500});
    const World again = make_world({.seed = 3, .settlements = 500});
    const World other = make_world({.seed = 4, .settlements = 500});
    ASSERT_EQ(one.settlements.size(), again.settlements.size());
    for (std::size_t i = 0; i < one.settlements.size(); ++i)
        EXPECT_EQ(one.settlements[i].identity, again.settlements[i].identity);
    EXPECT_NE(one.settlements.front().identity, other.settlements.front().identity);
}

} // namespace
} // namespace settled::bench
