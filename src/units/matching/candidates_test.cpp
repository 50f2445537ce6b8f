#include "units/matching/candidates.h"

#include "base/limits.h"
#include "store/queries/money/payments.h"
#include "units/matching/judge.h"
#include "units/testing.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace settled::units {
namespace {

using testing::World;

// They are loaded some at a time.
TEST(Candidates, are_all_loaded_whatever_their_number) {
    World world;
    std::vector<std::int64_t> ids;
    for (int i = 0; i < 33; ++i)
        ids.push_back(
            world.register_payment(world.payment("p" + std::to_string(i), 1000)).payment.id.value);
    for (const std::size_t count : {0U, 1U, 2U, 15U, 16U, 17U, 32U, 33U}) {
        std::vector some(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(count));
        std::ranges::reverse(some);
        const auto payments = world.read<std::vector<domain::Payment>>(
            [&](store::Session& s) { return store::find_payments(s, World::tenant, some); });
        std::vector<std::int64_t> loaded;
        for (const domain::Payment& payment : payments)
            loaded.push_back(payment.id.value);
        std::ranges::sort(some);
        EXPECT_EQ(loaded, some) << "in the order of their ids";
    }
}

using Payments = Candidates<domain::Payment>;

Payments strong_near(World& world, const domain::Settlement& settlement, Reach reach) {
    return world.read<Payments>([&](store::Session& s) {
        return strong_payments_near(s, world.context(), World::tenant, settlement, reach);
    });
}
Payments near(World& world, const domain::Settlement& settlement, Reach reach,
              const Payments* strong = nullptr) {
    return world.read<Payments>([&](store::Session& s) {
        return payments_near(s, world.context(), World::tenant, settlement, reach, strong);
    });
}
std::vector<std::string> names(const Payments& candidates) {
    std::vector<std::string> names;
    for (const domain::Payment& payment : candidates.items)
        names.push_back(payment.client_id);
    return names;
}

std::vector<std::string> names_sorted(const Payments& candidates) {
    auto sorted = names(candidates);
    std::ranges::sort(sorted);
    return sorted;
}

domain::Settlement settlement_of(World& world, const std::string& reference) {
    auto fact = world.fact(1000);
    fact.reference = reference;
    return domain::settlement_from(fact, SettlementId{77}, WebhookId{}, world.now());
}

// Some are indexed under strong keys, some under the remaining ones, one under both, and most under
// neither; two have another amount.
TEST(Candidates, a_search_after_the_strong_one_finds_the_same_candidates_in_a_crowd) {
    World world;
    const std::vector<std::string> references{"INVOICE 20417733 LONDON", "INVOICE 20417733",
                                              "20417733 LONDON", "INVOICE 204177", ""};
    for (std::size_t i = 0; i < 30; ++i) {
        auto payment = world.payment("p" + std::to_string(i), 1000);
        payment.reference = i < references.size() ? references[i] : "ORDER " + std::to_string(i);
        world.register_payment(payment);
    }
    for (const char* const part : {"x0", "x1"}) {
        auto payment = world.payment(part, 300);
        payment.reference = "INVOICE 20417733";
        world.register_payment(payment);
    }
    const domain::Settlement settlement = settlement_of(world, "INVOICE 20417733");
    using Names = std::vector<std::string>;
    struct Case {
        Reach reach;
        Names strong, all;
    };
    for (const auto& [reach, found_strong, found_all] :
         {Case{Reach::exact, Names{"p0", "p1"}, Names{"p0", "p1", "p3", "p4"}},
          Case{Reach::loose, Names{"p0", "p1", "p3", "x0", "x1"},
               Names{"p0", "p1", "p3", "p4", "x0", "x1"}}}) {
        const auto strong = strong_near(world, settlement, reach);
        const auto alone = near(world, settlement, reach);
        const auto after = near(world, settlement, reach, &strong);
        EXPECT_EQ(names(strong), found_strong);
        EXPECT_EQ(names(alone), found_all);
        EXPECT_EQ(names(after), names(alone));
        EXPECT_EQ(after.seen, alone.seen);
        EXPECT_EQ(after.is_cut, alone.is_cut);
        EXPECT_EQ(after.identities.size(), after.items.size());
        EXPECT_LT(after.reads.rows, alone.reads.rows) << "nothing is looked for twice";
    }
}

// One payment without a reference is in the crowd, and no search has to load it.
TEST(Candidates, the_strong_search_alone_decides_in_a_crowd_where_it_can) {
    World world;
    for (std::size_t i = 0; i < 30; ++i) {
        auto payment = world.payment("p" + std::to_string(i), 1000);
        payment.reference = i == 0   ? "INVOICE 20417733"
                            : i == 1 ? ""
                                     : "ORDER " + std::to_string(i);
        world.register_payment(payment);
    }
    const domain::Settlement settlement = settlement_of(world, "INVOICE 20417733");
    for (const Reach reach : {Reach::exact, Reach::loose}) {
        const auto verdict = world.read<Verdict>([&](store::Session& s) {
            return judge(s, world.context(), World::tenant, settlement, reach);
        });
        ASSERT_EQ(verdict.outcome, match::Outcome::one);
        EXPECT_EQ(verdict.candidates.front().payment.client_id, "p0");
        EXPECT_EQ(verdict.payments_seen, 1);
        EXPECT_EQ(near(world, settlement, reach).items.size(), 2);
    }
}

// Of more than are compared, those under strong keys are never left out.
TEST(Candidates, are_no_more_for_who_knows_the_strong_ones) {
    World world;
    const std::size_t each = limits::candidates_max * 2 / 3;
    for (std::size_t i = 0; i < 2 * each; ++i) {
        auto payment = world.payment("p" + std::to_string(i), 1000);
        payment.reference = i < each ? "INVOICE 20417733" : "INVOICE 204177";
        world.register_payment(payment);
    }
    const domain::Settlement settlement = settlement_of(world, "INVOICE 20417733");
    const auto strong = strong_near(world, settlement, Reach::exact);
    ASSERT_EQ(strong.items.size(), each);
    ASSERT_EQ(strong.seen, match::Coverage::by_strong_keys);
    const auto after = near(world, settlement, Reach::exact, &strong);
    EXPECT_EQ(after.seen, match::Coverage::truncated);
    EXPECT_EQ(after.seen, near(world, settlement, Reach::exact).seen);
    EXPECT_EQ(after.items.size(), limits::candidates_max);
    EXPECT_TRUE(std::ranges::includes(names_sorted(after), names_sorted(strong)));
}

// Those of another amount are the first to be left out.
TEST(Candidates, of_any_amount_are_left_out_where_all_are_too_many) {
    World world;
    const std::size_t of_other_amounts = limits::candidates_max - 10;
    for (std::size_t i = 0; i < of_other_amounts; ++i) {
        auto payment = world.payment("x" + std::to_string(i), 2000 + static_cast<int>(i));
        payment.reference = "INVOICE 20417733";
        world.register_payment(payment);
    }
    for (std::size_t i = 0; i < 20; ++i) {
        auto payment = world.payment("p" + std::to_string(i), 1000);
        payment.reference = i < 5 ? "INVOICE 20417733" : "INVOICE 2";
        world.register_payment(payment);
    }
    const domain::Settlement settlement = settlement_of(world, "INVOICE 20417733");
    const auto strong = strong_near(world, settlement, Reach::loose);
    ASSERT_EQ(strong.items.size(), of_other_amounts + 5);
    ASSERT_FALSE(strong.is_cut);
    const auto after = near(world, settlement, Reach::loose, &strong);
    const auto alone = near(world, settlement, Reach::loose);
    EXPECT_EQ(after.items.size(), 20);
    EXPECT_EQ(names(after), names(alone));
    EXPECT_TRUE(after.is_cut);
    EXPECT_TRUE(alone.is_cut);
    EXPECT_EQ(after.seen, alone.seen);
}

} // namespace
} // namespace settled::units
