// Money that went back takes its settlement and match with it, whichever came first.
#include "units/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace settled::units {
namespace {

using domain::PaymentStatus;
using domain::SettlementStatus;
using testing::World;

domain::SettlementFact money(const World& world) {
    auto fact = world.fact(1234);
    fact.end_to_end_id = "E2E0000001";
    fact.reference = "INV-2041";
    return fact;
}

void come_back(World& world, std::string_view id, domain::SettlementFact fact) {
    fact.credit = false;
    fact.is_return = true;
    fact.return_reason = "AC04";
    fact.transaction_id = id;
    auto webhook = World::webhook(id, fact);
    webhook.suffix = "-REV";
    world.accept(webhook);
}

domain::NewPayment expected(const World& world) {
    auto payment = world.payment("p", 1234);
    payment.end_to_end_id = "E2E0000001";
    payment.reference = "INV-2041";
    return payment;
}

TEST(Reverse, a_return_ends_the_match_and_publishes_an_event) {
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

TEST(Reverse, waits_for_a_settlement_and_is_applied_with_it) {
    World world;
    world.register_payment(expected(world));
    const auto fact = money(world);
    come_back(world, "r", fact);
    EXPECT_TRUE(world.events().empty());
    world.clock().advance(std::chrono::hours(1));
    world.settle("t", fact);
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::reversed);
    ASSERT_EQ(world.events().size(), 1U) << "that it came is not told: it went back";
    EXPECT_EQ(world.events().front().type, "settlement.reversed");
    EXPECT_EQ(world.payment_of("t"), "");
}

TEST(Reverse, a_payment_whose_money_went_back_before_the_two_were_matched_is_returned) {
    World world;
    world.register_payment(expected(world));
    const auto fact = money(world);
    come_back(world, "r", fact);
    world.settle("t", fact);
    world.clock().advance(std::chrono::seconds(30));
    world.run_due();
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::reversed);
    EXPECT_EQ(world.payment_named("p").status, PaymentStatus::returned);
    ASSERT_EQ(world.events().size(), 2U);
    EXPECT_THAT(world.events().back().body, ::testing::HasSubstr(R"("client_id":"p"}])"));
}

TEST(Reverse, a_payment_registered_between_its_settlement_and_the_watermark_is_returned_too) {
    World world;
    const auto fact = money(world);
    world.settle("t", fact);
    come_back(world, "r", fact);
    world.register_payment(expected(world));
    world.clock().advance(std::chrono::seconds(30));
    world.run_due();
    EXPECT_EQ(world.payment_named("p").status, PaymentStatus::returned);
}

void wait_hours(World& world, int hours) {
    for (int hour = 0; hour < hours; ++hour) {
        world.clock().advance(std::chrono::hours(1));
        world.run_due();
    }
}

TEST(Reverse, of_what_never_came_is_for_a_person) {
    World world;
    come_back(world, "r", money(world));
    wait_hours(world, 71);
    EXPECT_TRUE(world.reviews().empty());
    wait_hours(world, 2);
    ASSERT_EQ(world.reviews().size(), 1U);
    EXPECT_EQ(world.reviews().at(0).kind, store::review_unmatched_return);
    wait_hours(world, 100);
    EXPECT_EQ(world.reviews().size(), 1U) << "once";
}

TEST(Reverse, whose_settlement_comes_when_a_person_is_asked_already_closes_the_review) {
    World world;
    const auto fact = money(world);
    come_back(world, "r", fact);
    wait_hours(world, 80);
    ASSERT_EQ(world.reviews().size(), 1U);
    world.settle("t", fact);
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::reversed);
    EXPECT_TRUE(world.reviews().empty());
}

TEST(Reverse, a_return_whose_review_a_person_has_closed_is_applied_to_nothing_any_more) {
    World world;
    const auto fact = money(world);
    come_back(world, "r", fact);
    wait_hours(world, 80);
    const ReviewId review = world.reviews().at(0).id;
    world.write<bool>([&](store::Session& s) {
        return store::decide_review(s, World::tenant, review, {"close", "it is not ours", "me"},
                                    world.now());
    });
    world.settle("t", fact);
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::unmatched);
}

// The return of B's money, in all that it names another's than A's.
TEST(Reverse, never_takes_the_money_of_another_customer) {
    const auto named = [](std::string_view id, std::string_view reference, std::string_view payer) {
        return [=](domain::SettlementFact fact) {
            fact.end_to_end_id = id;
            fact.reference = reference;
            if (!payer.empty())
                fact.counterparty = testing::party(payer);
            return fact;
        };
    };
    const auto of_b = named("E2E0000002", "INV-2042", "040004 22222222");
    for (const auto& of_a :
         {named("", "INV-2041", ""), named("", "INV-2041", "040004 11111111"), named("", "", ""),
          named("E2E0000001", "INV-2041", ""), named("", "INV-2042", "040004 22222222"),
          named("E2E0000002", "", ""), named("E2E0000002", "INV-2042", "040004 11111111")}) {
        for (const bool return_first : {false, true}) {
            World world;
            auto a = world.payment("a", 999);
            a.reference = "INV-2041";
            world.register_payment(a);
            if (return_first)
                come_back(world, "r", of_b(world.fact(999)));
            world.settle("t", of_a(world.fact(999)));
            world.pass_watermark();
            const auto before = world.settlement("t").status;
            if (!return_first)
                come_back(world, "r", of_b(world.fact(999)));
            wait_hours(world, 80);
            EXPECT_EQ(world.settlement("t").status, before);
            EXPECT_NE(world.settlement("t").status, SettlementStatus::reversed);
            EXPECT_NE(world.payment_named("a").status, PaymentStatus::returned);
            const auto reviews = world.reviews();
            EXPECT_EQ(std::ranges::count(reviews, store::review_unmatched_return,
                                         &store::ReviewRow::kind),
                      1);
        }
    }
}

TEST(Reverse, a_return_that_names_nothing_opens_a_review_at_once) {
    World world;
    auto fact = world.fact(1234);
    fact.counterparty = testing::party("040004 12345678");
    world.settle("t", fact);
    come_back(world, "r", fact);
    EXPECT_EQ(world.settlement("t").status, SettlementStatus::unmatched);
    ASSERT_EQ(world.reviews().size(), 1U);
    EXPECT_EQ(world.reviews().at(0).kind, store::review_unmatched_return);
}

TEST(Reverse, by_a_reference_alone_waits_for_those_that_have_it_too) {
    for (const bool another_comes : {false, true}) {
        World world;
        auto fact = world.fact(1234);
        fact.reference = "RENT";
        world.settle("t1", fact);
        come_back(world, "r", fact);
        EXPECT_EQ(world.settlement("t1").status, SettlementStatus::unmatched);
        if (another_comes)
            world.settle("t2", fact);
        world.clock().advance(std::chrono::seconds(5));
        world.run_due();
        EXPECT_EQ(world.settlement("t1").status,
                  another_comes ? SettlementStatus::unmatched : SettlementStatus::reversed);
        EXPECT_EQ(world.reviews().size(), another_comes ? 1U : 0U);
    }
}

TEST(Reverse, between_two_that_could_be_it_never_chooses) {
    World world;
    world.settle("t1", money(world));
    world.settle("t2", money(world));
    come_back(world, "r", money(world));
    EXPECT_EQ(world.settlement("t1").status, SettlementStatus::unmatched);
    EXPECT_EQ(world.settlement("t2").status, SettlementStatus::unmatched);
    ASSERT_EQ(world.reviews().size(), 1U);
    EXPECT_EQ(world.reviews().at(0).kind, store::review_unmatched_return);
    EXPECT_THAT(world.reviews().at(0).detail,
                ::testing::HasSubstr(to_string(world.settlement("t2").id)));
}

TEST(Reverse, is_decided_when_the_other_that_it_could_be_has_gone_back) {
    World world;
    auto first = money(world);
    first.uetr = "c2f6a588-8d1a-44cb-af87-4741bf2812a3";
    world.settle("t1", first);
    world.settle("t2", money(world));
    come_back(world, "r2", money(world));
    ASSERT_EQ(world.reviews().size(), 1U);
    come_back(world, "r1", first);
    EXPECT_EQ(world.settlement("t1").status, SettlementStatus::reversed);
    EXPECT_EQ(world.settlement("t2").status, SettlementStatus::reversed);
    EXPECT_TRUE(world.reviews().empty());
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

// What it stood in the way of is judged again in the same transaction.
TEST(Reverse, leaves_its_payment_to_the_other_settlement_that_wanted_it) {
    World world;
    auto payment = world.payment("p", 1234);
    payment.reference = "INV-2041";
    world.register_payment(payment);
    auto fact = world.fact(1234);
    fact.reference = "INV-2041";
    world.settle("t2", fact);
    fact.end_to_end_id = "E2E-OF-T1";
    world.settle("t1", fact);
    world.pass_watermark();
    ASSERT_EQ(world.settlement("t1").status, SettlementStatus::ambiguous);
    ASSERT_EQ(world.settlement("t2").status, SettlementStatus::ambiguous);
    come_back(world, "r", fact);
    world.run_due();
    EXPECT_EQ(world.payment_of("t2"), "p");
    EXPECT_EQ(world.payment_named("p").status, PaymentStatus::settled);
    EXPECT_TRUE(world.reviews().empty());
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
    dead.has_failed = true;
    EXPECT_EQ(world.register_payment(dead).payment.status, PaymentStatus::cancelled);
    world.settle("t", money(world));
    EXPECT_EQ(world.payment_of("t"), "");
}

TEST(Bury, a_failure_after_the_money_is_a_conflict_and_changes_nothing) {
    World world;
    world.register_payment(expected(world));
    world.settle("t", money(world));
    auto dead = expected(world);
    dead.has_failed = true;
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(world.register_payment(dead).payment.status, PaymentStatus::settled);
    ASSERT_EQ(world.reviews().size(), 1U) << "once";
    EXPECT_EQ(world.reviews().at(0).kind, store::review_payment_failed);
    EXPECT_EQ(world.payment_of("t"), "p");
}

} // namespace
} // namespace settled::units
