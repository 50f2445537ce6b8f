// A small run of the generator: what the ladder says is never wrong.
#include "bench/match/referee.h"

#include <gtest/gtest.h>

#include <map>

namespace settled::bench {
namespace {

const crypto::Hmac& tenant_key() {
    static const crypto::Hmac key(as_bytes("a tenant's key"));
    return key;
}

Findings run(const match::RuleSet& rules) {
    Findings all;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const WorldOptions options{.seed = seed, .settlements = 5'000};
        const World world = make_world(options);
        Engine engine(world, tenant_key(), options.watermark, rules);
        engine.run();
        all += referee(world, engine, seed);
    }
    return all;
}

TEST(MatchWorld, nothing_is_matched_wrongly) {
    const Findings found = run(match::standard_rules());
    EXPECT_EQ(found.all.wrong, 0U);
    for (const std::string& wrong : found.wrong_ones)
        ADD_FAILURE() << wrong;
    EXPECT_EQ(found.ambiguous_unfounded, 0U);
    EXPECT_GT(found.all.coverage(), 0.85);
    EXPECT_GE(found.all.settlements + found.strangers, 20'000U);
    for (const std::size_t rank : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 12U})
        EXPECT_GT(found.by_rank[rank], 0U) << "no match of rank " << rank;
    for (std::size_t i = 0; i < mutations; ++i)
        EXPECT_GT(found.by_mutation[i].settlements, 0U) << row_of(static_cast<Mutation>(i)).token;
    for (std::size_t i = 0; i < designs; ++i)
        if (static_cast<Design>(i) != Design::stranger)
            EXPECT_GT(found.by_design[i].settlements, 0U) << token(static_cast<Design>(i));
}

// An engine that decides by a reference at once is wrong only about payments that are not
// registered yet, and then about the settlement of the payment that was matched in their place.
TEST(MatchWorld, a_decision_at_once_is_wrong_only_through_payments_not_yet_registered) {
    const Findings found = run(eager_rules());
    EXPECT_LE(found.all.wrong, 2 * found.all.wrong_at_once);
    EXPECT_LT(found.all.wrong, 20U);
    EXPECT_GT(found.all.wrong, found.all.wrong_unnoticed) << "most are noticed when it is told";
    EXPECT_GT(found.all.coverage(), 0.85);
}

TEST(MatchWorld, every_settlement_that_arrived_stands_somewhere_and_no_payment_is_matched_twice) {
    const WorldOptions options{.seed = 7, .settlements = 3'000};
    const World world = make_world(options);
    Engine engine(world, tenant_key(), options.watermark);
    engine.run();
    std::size_t matched = 0;
    for (std::uint32_t i = 0; i < world.settlements.size(); ++i) {
        EXPECT_NE(engine.standing_of(i), Standing::unseen);
        matched += engine.standing_of(i) == Standing::matched ? 1U : 0U;
    }
    EXPECT_EQ(matched, engine.matches().size());
    std::map<std::uint32_t, std::int64_t> arrived; // of each payment, in its own currency
    for (const Match& match : engine.matches()) {
        const Money& amount = world.settlements[match.settlement].identity.amount;
        const Money& wanted = world.payments[match.payment].identity.amount;
        EXPECT_TRUE(arrived[match.payment] < wanted.minor) << "it was whole already";
        arrived[match.payment] += amount.currency == wanted.currency ? amount.minor : wanted.minor;
    }
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
