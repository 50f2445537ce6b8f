// Plays every *.txt of this folder; see README.md.
#include "player.h"
#include "scenario.h"
#include "store/money_sums.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

namespace settled::scenario {
namespace {

constexpr int shuffles = 5;

std::uint64_t seed_of_this_run() {
    if (const char* given = std::getenv("SETTLED_SEED"))
        return std::strtoull(given, nullptr, 10);
    return std::random_device{}();
}

void expect_rules_kept(Player& player) {
    EXPECT_THAT(player.broken(), ::testing::IsEmpty());
}

struct Fact {
    Line line;
    Instant story_time;
};

class Story : public ::testing::TestWithParam<Scenario> {};
class OrderFreeStory : public ::testing::TestWithParam<Scenario> {};

std::vector<Scenario> order_free_scenarios() {
    auto scenarios = read_scenarios(SETTLED_SCENARIO_DIR);
    std::erase_if(scenarios, [](const Scenario& scenario) { return !scenario.order_free; });
    return scenarios;
}

TEST_P(Story, ends_as_it_says) {
    Player player;
    for (const Line& line : GetParam().lines) {
        SCOPED_TRACE(::testing::Message()
                     << GetParam().name << ".txt:" << line.number << ": " << line.text);
        EXPECT_EQ(player.play(line), line.verdict);
        expect_rules_kept(player);
    }
}

TEST_P(OrderFreeStory, ends_alike_in_every_order) {
    const Scenario& scenario = GetParam();
    Player told_in_order;
    std::vector<Fact> facts;
    for (const Line& line : scenario.lines) {
        if (line.verb == "payment" || line.verb == "settle")
            facts.push_back({line, told_in_order.now()});
        (void)told_in_order.play(line);
    }
    const std::uint64_t seed = seed_of_this_run();
    std::mt19937_64 random(seed);
    for (int i = 0; i < shuffles; ++i) {
        std::ranges::shuffle(facts, random);
        std::string order;
        Player player;
        for (const Fact& fact : facts) {
            order += " " + fact.line.words.at(0);
            player.play_fact(fact.line, fact.story_time);
            expect_rules_kept(player);
        }
        player.pass_watermark();
        expect_rules_kept(player);
        EXPECT_EQ(player.standings(), told_in_order.standings())
            << "in the order" << order << "\nrepeat with SETTLED_SEED=" << seed;
    }
}

std::string name_of(const ::testing::TestParamInfo<Scenario>& given) {
    return given.param.name;
}
INSTANTIATE_TEST_SUITE_P(Scenario, Story, ::testing::ValuesIn(read_scenarios(SETTLED_SCENARIO_DIR)),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Scenario, OrderFreeStory, ::testing::ValuesIn(order_free_scenarios()),
                         name_of);

// Verdicts can be wrong only if the runner can say so.
TEST(Runner, sees_what_the_database_must_not_hold) {
    Player player;
    EXPECT_THAT(player.broken(), ::testing::IsEmpty());
    units::testing::World world;
    EXPECT_THAT(broken_rules(world.store(), {.settlements = 1, .minor = 5}), ::testing::SizeIs(1));
    world.settle("t1", world.fact(500));
    EXPECT_THAT(broken_rules(world.store(), {.settlements = 1, .minor = 500}),
                ::testing::IsEmpty());
    const SettlementId id = world.settlement("t1").id;
    world.write<void>([&](store::Session& s) {
        return store::update_settlement(
            s, units::testing::World::tenant, id,
            {domain::SettlementStatus::unmatched, domain::SettlementStatus::matched, 3});
    });
    const auto broken = broken_rules(world.store(), {.settlements = 1, .minor = 500});
    EXPECT_THAT(broken, ::testing::SizeIs(4))
        << "no match, so not whole, still waiting, versions that were not told";
    world.write<void>([](store::Session& s) -> store::Step<> {
        const auto part = store::MoneyPart::expected;
        store::count_money(s, {units::testing::World::tenant, part, {1, {}}});
        co_return;
    });
    EXPECT_THAT(broken_rules(world.store(), {.settlements = 1, .minor = 500}), ::testing::SizeIs(5))
        << "a sum of a payment that is not there";
}

} // namespace
} // namespace settled::scenario
