// Two nodes on one database: a run goes on step by step whichever node begins a step, and what comes
// meanwhile finds a payment whole or purged.
#include "units/purge/purge_testing.h"

#include <fmt/format.h>

namespace settled::units {
namespace {

using store::Session;
using store::testing::Awaited;
using testing::PurgeWorld;
using testing::World;

constexpr int payments = 30;

class PostgresPurge : public ::testing::Test {
  protected:
    PostgresPurge() {
        for (int i = 1; i <= payments; ++i)
            world.pay(fmt::format("order-{}", i), 1'000 + i);
        world.grow_old();
    }
    static Awaited<PurgeStep> step(store::Store& node, const Context& of, PurgeId id, Instant now) {
        return Awaited<PurgeStep>::write(node, [&of, id, now](Session& s) {
            return purge_some(s, of, World::tenant, id, now, {16, 1'000'000});
        });
    }
    // The bank reports that the money went back, at the other node.
    Awaited<Accepted> send_back(int number) {
        auto money = world.fact(1'000 + number);
        money.end_to_end_id = fmt::format("E2E-order-{}", number);
        money.credit = false;
        money.is_return = true;
        money.transaction_id = fmt::format("r{}", number);
        const auto arrival = std::make_shared<const Arrival>(
            World::tenant, World::connector, World::webhook(money.transaction_id, money), "{}",
            world.now());
        return Awaited<Accepted>::write(
            *store, [this, arrival](Session& s) { return accept_webhook(s, context, arrival); });
    }

    PurgeWorld world;
    IdMint ids{world.clock(), 2};
    Context context{ids, world.context().keys};
    std::unique_ptr<store::Store> store = store::testing::open_store(world.directory());
};

TEST_F(PostgresPurge, removes_each_payment_once_when_two_nodes_carry_out_one_run) {
    const PurgeId id = world.begin("payments");
    bool more = true;
    while (more) {
        auto here = step(world.store(), world.context(), id, world.now());
        auto there = step(*store, context, id, world.now());
        const auto one = here.get();
        const auto two = there.get();
        ASSERT_TRUE(one.has_value() && two.has_value());
        more = one->more || two->more;
    }
    const auto counts = world.counts_of(id);
    EXPECT_EQ(counts.payments, payments);
    EXPECT_EQ(counts.matches, payments);
    EXPECT_EQ(world.rows("payment"), 0);
    EXPECT_EQ(world.audit(), 3U * payments);
}

TEST_F(PostgresPurge, leaves_a_payment_whole_whose_money_goes_back_meanwhile) {
    const PurgeId id = world.begin("payments");
    std::vector<Awaited<Accepted>> returns;
    bool more = true;
    for (int number = payments; more; --number) { // from the other end
        auto here = step(world.store(), world.context(), id, world.now());
        if (number > 0)
            returns.push_back(send_back(number));
        const auto done = here.get();
        ASSERT_TRUE(done.has_value());
        more = done->more;
    }
    for (auto& each : returns)
        ASSERT_TRUE(each.get().has_value());
    EXPECT_EQ(world.broken_rows(), 0);
    const std::int64_t returned = world.rows("payment", "status = 'returned'");
    EXPECT_EQ(world.rows("payment"), returned) << "the others are purged";
    EXPECT_EQ(world.counts_of(id).payments + returned, payments);
    EXPECT_EQ(
        std::cmp_equal(world.reviews().size() + static_cast<std::size_t>(returned), returns.size()),
        true)
        << "a return undoes a match, or is for a person";
    world.seal();
    (void)world.audit();
}

} // namespace
} // namespace settled::units
