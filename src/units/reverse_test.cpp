// Money that went back takes its settlement and match with it, whichever came first.
#include "units/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using flow::PaymentStatus;
using flow::SettlementStatus;
using testing::World;

flow::SettlementFact money(const World& world) {
    auto fact = world.fact(1234);
    fact.end_to_end_id = "E2E0000001";
    fact.reference = "INV-2041";
    return fact;
}

void come_back(World& world, std::string_view id, flow::SettlementFact fact) {
    fact.credit = false;
    fact.is_return = true;
    fact.return_reason = "AC04";
    fact.transaction_id = id;
    auto webhook = World::webhook(id, fact);
    webhook.suffix = "-REV";
    world.accept(webhook);
}

flow::NewPayment expected(const World& world) {
    auto payment = world.payment("p", 1234);
    payment.end_to_end_id = "E2E0000001";
    payment.reference = "INV-2041";
    return payment;
}

TEST(Reverse, ends_the_match_and_tells) {
    World world;
    world.register_payment(expected(world));
    world.settle("t", money(world));
    const auto made = *world.match_of("t");
    come_back(world, "r", money(world));
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::reversed);
    EXPECT_EQ(world.payment_named("p").status, PaymentStatus::returned);
    EXPECT_EQ(world.payment_of("t"), "");
    const auto last = world.events().back();
    EXPECT_EQ(last.type, "settlement.reversed");
    EXPECT_EQ(last.version, 2);
    EXPECT_THAT(last.body, ::testing::HasSubstr("AC04"));
    const auto end = world.read<std::optional<store::MatchEnd>>(
        [&](store::Session& s) { return store::find_match_end(s, World::tenant, made.id); });
    ASSERT_TRUE(end.has_value());
    EXPECT_EQ(end->actor, "");
}

TEST(Reverse, waits_for_a_settlement_that_comes_later) {
    World world;
    world.register_payment(expected(world));
    const auto fact = money(world);
    come_back(world, "r", fact);
    EXPECT_TRUE(world.events().empty());
    world.settle("t", fact);
    world.clock().advance(std::chrono::seconds(30));
    world.run_due();
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::reversed);
    EXPECT_EQ(world.payment_named("p").status, PaymentStatus::returned);
}

TEST(Reverse, of_what_never_came_is_for_a_person) {
    World world;
    come_back(world, "r", money(world));
    for (int hours = 0; hours < 100; ++hours) {
        world.clock().advance(std::chrono::hours(1));
        world.run_due();
    }
    ASSERT_EQ(world.reviews().size(), 1U);
    EXPECT_EQ(world.reviews().at(0).kind, store::review_reversal_unmatched);
}

TEST(Reverse, between_two_that_could_be_it_never_chooses) {
    World world;
    world.settle("t1", money(world));
    world.settle("t2", money(world));
    come_back(world, "r", money(world));
    EXPECT_EQ(world.settlement("t1").status, SettlementStatus::unmatched);
    EXPECT_EQ(world.settlement("t2").status, SettlementStatus::unmatched);
    EXPECT_EQ(world.reviews().at(0).kind, store::review_reversal_unmatched);
}

TEST(Reverse, of_one_is_not_of_another_amount_or_id) {
    World world;
    world.settle("t", money(world));
    auto other = money(world);
    other.end_to_end_id = "E2E0000002";
    come_back(world, "r1", other);
    other = money(world);
    other.amount.minor += 1;
    come_back(world, "r2", other);
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::unmatched);
}

TEST(Reverse, an_unmatched_settlement_waits_no_more) {
    World world;
    world.settle("t", money(world));
    come_back(world, "r", money(world));
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::reversed);
    EXPECT_EQ(world.register_payment(expected(world)).payment.status, PaymentStatus::expected);
}

TEST(Bury, a_payment_that_failed_is_waited_for_no_more) {
    World world;
    world.register_payment(expected(world));
    auto dead = expected(world);
    dead.is_dead = true;
    EXPECT_EQ(world.register_payment(dead).payment.status, PaymentStatus::cancelled);
    world.settle("t", money(world));
    EXPECT_EQ(world.payment_of("t"), "");
}

TEST(Bury, a_failure_after_the_money_is_a_conflict_and_changes_nothing) {
    World world;
    world.register_payment(expected(world));
    world.settle("t", money(world));
    auto dead = expected(world);
    dead.is_dead = true;
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(world.register_payment(dead).payment.status, PaymentStatus::settled);
    ASSERT_EQ(world.reviews().size(), 1U) << "once";
    EXPECT_EQ(world.reviews().at(0).kind, store::review_payment_failed);
    EXPECT_EQ(world.payment_of("t"), "p");
}

} // namespace
} // namespace settled::units
