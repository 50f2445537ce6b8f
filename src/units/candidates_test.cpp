#include "units/candidates.h"

#include "base/limits.h"
#include "store/payments.h"
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
        const auto payments = world.read<std::vector<flow::Payment>>(
            [&](store::Session& s) { return store::find_payments(s, World::tenant, some); });
        std::vector<std::int64_t> loaded;
        for (const flow::Payment& payment : payments)
            loaded.push_back(payment.id.value);
        std::ranges::sort(some);
        EXPECT_EQ(loaded, some) << "in the order of their ids";
    }
}

Candidates<flow::Payment> near(World& world, const flow::Settlement& settlement, Reach reach,
                               const Candidates<flow::Payment>* strong = nullptr) {
    return world.read<Candidates<flow::Payment>>([&](store::Session& s) {
        return payments_near(s, world.context(), World::tenant, settlement, reach, strong);
    });
}
std::vector<std::string> names(const Candidates<flow::Payment>& candidates) {
    std::vector<std::string> names;
    for (const flow::Payment& payment : candidates.items)
        names.push_back(payment.client_id);
    return names;
}

std::vector<std::string> names_sorted(const Candidates<flow::Payment>& candidates) {
    auto sorted = names(candidates);
    std::ranges::sort(sorted);
    return sorted;
}

// Some stand under strong keys, some under those beyond, one under both, and most under neither.
TEST(Candidates, in_a_crowd_are_the_same_for_who_knows_the_strong_ones) {
    World world;
    const std::vector<std::string> references{"INVOICE 20417733 LONDON", "INVOICE 20417733",
                                              "20417733 LONDON", "INVOICE 204177", ""};
    for (std::size_t i = 0; i < 30; ++i) {
        auto payment = world.payment("p" + std::to_string(i), 1000);
        payment.reference = i < references.size() ? references[i] : "ORDER " + std::to_string(i);
        world.register_payment(payment);
    }
    auto fact = world.fact(1000);
    fact.reference = "INVOICE 20417733";
    const flow::Settlement settlement =
        flow::settlement_from(fact, SettlementId{77}, WebhookId{}, world.now());
    const auto strong = near(world, settlement, Reach::strong);
    const auto alone = near(world, settlement, Reach::exact);
    const auto after = near(world, settlement, Reach::exact, &strong);
    EXPECT_EQ(names(strong), (std::vector<std::string>{"p0", "p1"}));
    EXPECT_EQ(names(alone), (std::vector<std::string>{"p0", "p1", "p3", "p4"}));
    EXPECT_EQ(names(after), names(alone));
    EXPECT_EQ(after.seen, alone.seen);
    EXPECT_EQ(after.identities.size(), after.items.size());
    EXPECT_LT(after.reads.rows, alone.reads.rows) << "nothing is looked for twice";
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
    auto fact = world.fact(1000);
    fact.reference = "INVOICE 20417733";
    const flow::Settlement settlement =
        flow::settlement_from(fact, SettlementId{77}, WebhookId{}, world.now());
    const auto strong = near(world, settlement, Reach::strong);
    ASSERT_EQ(strong.items.size(), each);
    ASSERT_EQ(strong.seen, match::Seen::by_strong_keys);
    const auto after = near(world, settlement, Reach::exact, &strong);
    EXPECT_EQ(after.seen, match::Seen::some);
    EXPECT_EQ(after.seen, near(world, settlement, Reach::exact).seen);
    EXPECT_EQ(after.items.size(), limits::candidates_max);
    EXPECT_TRUE(std::ranges::includes(names_sorted(after), names_sorted(strong)));
}

} // namespace
} // namespace settled::units
