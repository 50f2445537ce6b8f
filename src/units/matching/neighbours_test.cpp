// One fact among many that are alike: what its own unit does, and what it leaves for later.
#include "units/matching/neighbours.h"

#include "units/matching/decide.h"
#include "units/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace settled::units {
namespace {

using domain::SettlementStatus;
using testing::party;
using testing::World;

constexpr std::string_view payer = "040004 11111111";
constexpr int crowd = 60;

// What makes the crowd one.
struct Kind {
    const char* name;
    bool same_amount;
    bool same_payer;
    bool same_beginning; // of references that differ after that
};
constexpr Kind kinds[] = {
    {"one payer", false, true, false},
    {"references that begin alike", false, false, true},
    {"one payer and amount", true, true, false},
    {"one amount and references that begin alike", true, false, true},
    {"one amount", true, false, false},
};

std::int64_t amount_of(const Kind& kind, int number) {
    return kind.same_amount ? 999 : 10'000 + number;
}

std::string reference_of(const Kind& kind, int number) {
    return kind.same_beginning ? "ACME SHOP ORDER " + std::to_string(10'000 + number) : "";
}

void settle(World& world, const Kind& kind, int number, std::string_view end_to_end_id = "") {
    auto fact = world.fact(amount_of(kind, number));
    fact.reference = reference_of(kind, number);
    fact.end_to_end_id = end_to_end_id;
    if (kind.same_payer)
        fact.counterparty = party(payer);
    world.settle("t" + std::to_string(number), fact);
}

// Of no amount and number that a settlement has, unless all have one amount.
domain::NewPayment payment_of(const World& world, const Kind& kind, int number) {
    auto payment = world.payment("p" + std::to_string(number), amount_of(kind, 10'000 + number));
    payment.reference = reference_of(kind, 10'000 + number);
    if (kind.same_payer)
        payment.payer = party(payer);
    return payment;
}

void let_a_crowd_wait(World& world, const Kind& kind) {
    for (int i = 0; i < crowd; ++i)
        settle(world, kind, i);
    world.clock().advance(std::chrono::minutes(1));
    (void)world.run_due();
}

// Carries out what is due, and returns how many timers that were.
int run_and_count(World& world) {
    int count = 0;
    for (auto due = world.due_timers(); !due.empty(); due = world.due_timers())
        for (const store::TaskRow& task : due) {
            (void)world.write<bool>([&](store::Session& s) {
                return run_timer(s, world.context(), task, world.now());
            });
            ++count;
        }
    return count;
}

int settlements_that_are(World& world, SettlementStatus status) {
    const auto all = world.settlements();
    return static_cast<int>(std::ranges::count(all, status, &domain::Settlement::status));
}

TEST(Neighbours, a_payment_in_a_crowd_costs_a_few_timers_and_the_crowd_one_look_a_while) {
    constexpr int payments = 24;
    constexpr auto between = std::chrono::milliseconds(500);
    for (const bool suggests : {true, false})
        for (const Kind& kind : kinds) {
            SCOPED_TRACE(kind.name);
            World world;
            if (!suggests)
                world.suggest_nothing();
            let_a_crowd_wait(world, kind);
            int timers = 0;
            for (int i = 0; i < payments; ++i) {
                world.register_payment(payment_of(world, kind, i));
                timers += run_and_count(world);
                world.clock().advance(between);
            }
            world.clock().advance(std::chrono::minutes(1));
            timers += run_and_count(world);
            constexpr int looks = payments * between / look_again_lag + 2;
            constexpr int told = 1; // that a settlement is unmatched after it was ambiguous
            EXPECT_LE(timers,
                      payments * static_cast<int>(judged_at_once_max) + crowd * (looks + told));
        }
}

TEST(Neighbours, of_a_crowd_that_fits_a_payment_a_few_are_judged_at_once_and_all_soon) {
    World world;
    const Kind kind{"one payer and amount", true, true, false};
    let_a_crowd_wait(world, kind);
    world.register_payment(payment_of(world, kind, 0));
    EXPECT_EQ(settlements_that_are(world, SettlementStatus::ambiguous), judged_of_a_crowd);
    (void)world.run_due();
    EXPECT_TRUE(world.pairs().empty());
    world.clock().advance(look_again_lag);
    (void)world.run_due();
    EXPECT_EQ(settlements_that_are(world, SettlementStatus::ambiguous), crowd);
    EXPECT_TRUE(world.pairs().empty()) << "whoever is judged first may not get it";
}

TEST(Neighbours, a_settlement_that_fits_by_an_id_is_found_in_the_crowd_at_once) {
    World world;
    const Kind kind{"one payer and amount", true, true, false};
    let_a_crowd_wait(world, kind);
    settle(world, kind, crowd, "E2E-0000001");
    auto payment = payment_of(world, kind, 0);
    payment.end_to_end_id = "E2E-0000001";
    world.register_payment(payment);
    EXPECT_EQ(world.payment_of("t" + std::to_string(crowd)), "p0");
}

// Of all that wanted one payment, every one but the last goes.
TEST(Neighbours, the_last_of_a_crowd_gets_what_all_wanted) {
    World world;
    const Kind kind{"one payer and amount", true, true, false};
    world.register_payment(payment_of(world, kind, 0));
    let_a_crowd_wait(world, kind);
    ASSERT_TRUE(world.pairs().empty());
    for (int i = 0; i + 1 < crowd; ++i) {
        const SettlementId id = world.settlement("t" + std::to_string(i)).id;
        const Decision decision{World::tenant, std::nullopt, "key", "not ours", world.now()};
        ASSERT_TRUE(world
                        .write<Result<DecisionResult>>([&](store::Session& s) {
                            return reject(s, world.context(), decision, id);
                        })
                        .has_value());
    }
    world.clock().advance(look_again_lag);
    (void)world.run_due();
    EXPECT_EQ(world.payment_of("t" + std::to_string(crowd - 1)), "p0");
}

// A settlement that rivalled another for each of many payments goes.
TEST(Neighbours, of_many_payments_that_lose_a_rival_each_is_looked_at_soon) {
    World world;
    const Kind kind{"one payer", false, true, false};
    constexpr int payments = 30;
    for (int i = 0; i < payments; ++i)
        world.register_payment(payment_of(world, kind, i));
    const auto part = [&](std::string_view id, std::int64_t minor) {
        auto fact = world.fact(minor);
        fact.counterparty = party(payer);
        world.settle(id, fact);
    };
    part("gone", 100);
    world.pass_watermark();
    const SettlementId id = world.settlement("gone").id;
    const Decision decision{World::tenant, std::nullopt, "key", "not ours", world.now()};
    (void)world.write<Result<DecisionResult>>(
        [&](store::Session& s) { return reject(s, world.context(), decision, id); });
    EXPECT_EQ(run_and_count(world), 0);
    world.clock().advance(look_again_lag);
    EXPECT_EQ(run_and_count(world), payments) << "each once";
}

// A settlement is owed one look, however often others decide about it meanwhile.
TEST(Neighbours, a_look_that_is_owed_outlasts_other_decisions) {
    World world;
    const Kind kind{"references that begin alike", false, false, true};
    let_a_crowd_wait(world, kind);
    world.register_payment(payment_of(world, kind, 0));
    const domain::Settlement marked = world.settlement("t0");
    ASSERT_TRUE(marked.look_again);
    world.write<void>([&](store::Session& s) {
        return store::insert_task(s, World::tenant, world.new_id<TaskId>(), store::task_watermark,
                                  marked.id.value, 0, world.now(), world.now());
    });
    EXPECT_EQ(run_and_count(world), 1);
    EXPECT_TRUE(world.settlement("t0").look_again);
    world.clock().advance(look_again_lag);
    EXPECT_EQ(run_and_count(world), crowd);
    EXPECT_FALSE(world.settlement("t0").look_again);
}

} // namespace
} // namespace settled::units
