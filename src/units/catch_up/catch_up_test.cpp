#include "units/catch_up/catch_up_world.h"
#include "units/orders/rule_on_credit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::OrderStatus;
using testing::Booked;
using testing::CatchUpWorld;
using ::testing::ElementsAre;
using testing::gbp;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

TEST(CatchUp, adds_money_that_no_webhook_reported_and_matches_it) {
    CatchUpWorld world;
    auto payment = world.payment("shop-1", 2500);
    payment.reference = "INV-7";
    payment.end_to_end_id = "REMIT-1";
    world.register_payment(payment);
    world.book({.transaction_id = "in-1",
                .end_to_end_id = "REMIT-1",
                .credit = true,
                .minor = 2500,
                .reference = "INV-7"});
    ASSERT_TRUE(world.begin());
    world.work();
    EXPECT_EQ(world.payment_of("in-1"), "shop-1");
    EXPECT_EQ(world.settlement("in-1").scheme, "FasterPayments");
    const auto row = world.catch_ups().front();
    EXPECT_EQ(row.status, store::catch_up_done);
    EXPECT_EQ(row.settlements, 1);
}

TEST(CatchUp, adds_each_transaction_once_however_it_is_learnt) {
    for (const bool webhook_first : {true, false}) {
        CatchUpWorld world;
        const auto tell = [&] { world.settle("in-1", 2500, "INV-7", "REMIT-1"); };
        if (webhook_first)
            tell();
        world.book({.transaction_id = "in-1",
                    .end_to_end_id = "REMIT-1",
                    .credit = true,
                    .minor = 2500,
                    .reference = "INV-7"});
        for (int i = 0; i < 2; ++i) {
            ASSERT_TRUE(world.begin());
            world.work();
        }
        if (!webhook_first)
            tell();
        EXPECT_THAT(world.settlements(), SizeIs(1)) << webhook_first;
        EXPECT_THAT(world.reviews(), IsEmpty());
    }
}

TEST(CatchUp, a_webhook_that_comes_later_completes_what_the_query_has_shown) {
    CatchUpWorld world;
    world.book({.transaction_id = "in-1", .credit = true, .minor = 2500});
    ASSERT_TRUE(world.begin());
    world.work();
    world.settle("in-1", 2500, "INV-7");
    const auto settlement = world.settlement("in-1");
    EXPECT_EQ(settlement.reference, "INV-7");
    EXPECT_TRUE(settlement.webhook_id);
    auto payment = world.payment("shop-1", 2500);
    payment.reference = "INV-7";
    world.register_payment(payment);
    world.pass_watermark();
    EXPECT_EQ(world.payment_of("in-1"), "shop-1");
}

TEST(CatchUp, a_webhook_of_another_amount_than_the_query_showed_is_for_a_person) {
    CatchUpWorld world;
    world.book({.transaction_id = "in-1", .credit = true, .minor = 2500});
    ASSERT_TRUE(world.begin());
    world.work();
    world.settle("in-1", 9900, "INV-7");
    EXPECT_EQ(world.settlement("in-1").amount, gbp(2500));
    EXPECT_THAT(world.review_kinds(), ElementsAre(store::review_settlement_contradiction));
}

TEST(CatchUp, settles_an_order_whose_webhook_was_lost) {
    CatchUpWorld world;
    const auto order = world.order("payout-1");
    world.reply(world.take_one(), 202, CatchUpWorld::accepted({order.end_to_end_id}));
    world.book({.transaction_id = "tx-1", .end_to_end_id = order.end_to_end_id});
    ASSERT_TRUE(world.begin());
    world.work();
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::settled);
    EXPECT_EQ(world.catch_ups().front().orders, 1);
    world.tell("settled", world.debit(order, "tx-1"));
    EXPECT_THAT(world.event_types(), ElementsAre("order.submitted", "order.settled"));
    EXPECT_THAT(world.reviews(), IsEmpty());
}

TEST(CatchUp, goes_through_all_pages_of_all_days_and_schemes) {
    CatchUpWorld world;
    const Instant begin = world.now();
    const std::vector<std::string> schemes{"FasterPayments", "Chaps", "Bacs", "Transfer"};
    for (int i = 0; i < 260; ++i)
        world.book({.transaction_id = fmt::format("in-{}", i),
                    .credit = true,
                    .minor = 100 + i,
                    .scheme = schemes[static_cast<std::size_t>(i) % (i < 120 ? 1 : 4)],
                    .at = begin + std::chrono::minutes(20 * i)});
    world.pass(std::chrono::minutes(20 * 260));
    ASSERT_TRUE(world.begin(begin));
    world.work(500);
    EXPECT_THAT(world.settlements(), SizeIs(260));
    EXPECT_EQ(world.catch_ups().front().settlements, 260);
}

// A page is made known in bites, so that webhooks wait for a bite and not for the page.
TEST(CatchUp, counts_each_credit_once_however_many_of_a_page_were_learnt_ahead) {
    constexpr int credits = 45;
    for (const std::size_t bites : {0UL, 1UL, 3UL, 1000UL}) {
        CatchUpWorld world;
        world.bites_ahead = bites;
        for (int i = 0; i < credits; ++i)
            world.book({.transaction_id = fmt::format("in-{}", i), .credit = true, .minor = 1 + i});
        ASSERT_TRUE(world.begin());
        world.work();
        EXPECT_THAT(world.settlements(), SizeIs(credits)) << bites;
        const auto row = world.catch_ups().front();
        EXPECT_EQ(row.status, store::catch_up_done);
        EXPECT_EQ(row.settlements, credits) << bites;
        EXPECT_EQ(row.seen, credits) << bites;
    }
}

TEST(CatchUp, learns_a_few_credits_of_a_page_at_a_time_and_only_for_a_call_that_it_holds) {
    CatchUpWorld world;
    for (int i = 0; i < 45; ++i)
        world.book({.transaction_id = fmt::format("in-{}", i), .credit = true, .minor = 1 + i});
    ASSERT_TRUE(world.begin());
    std::vector<CallToSend> due = world.take();
    while (due.empty() || !world.shown(due.front().request.target).contains("in-0")) {
        for (const CallToSend& other : due)
            world.answer(other);
        due = world.take();
    }
    CallToSend call = due.front();
    const std::string page = world.shown(call.request.target);
    ++call.claim.fence; // another node has taken it since
    world.learn_ahead(call, page, 1000);
    EXPECT_THAT(world.settlements(), IsEmpty());
    --call.claim.fence;
    world.learn_ahead(call, page, 1);
    EXPECT_THAT(world.settlements(),
                SizeIs(::testing::AllOf(::testing::Ge(1U), ::testing::Le(10U))));
    EXPECT_EQ(world.catch_ups().front().status, store::catch_up_running);
}

TEST(CatchUp, a_dry_run_counts_and_changes_nothing) {
    CatchUpWorld world;
    world.book({.transaction_id = "in-1", .credit = true, .minor = 2500});
    world.book({.transaction_id = "out-1", .minor = 300});
    ASSERT_TRUE(world.begin(std::nullopt, true));
    world.work();
    EXPECT_THAT(world.settlements(), IsEmpty());
    EXPECT_THAT(world.unexplained(), IsEmpty());
    EXPECT_EQ(world.catch_ups().front().settlements, 1);
    EXPECT_EQ(world.catch_ups().front().movements, 1);
}

TEST(CatchUp, a_debit_that_no_order_explains_is_published_once) {
    CatchUpWorld world;
    world.book({.transaction_id = "out-1", .end_to_end_id = "PORTAL-1", .minor = 300});
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(world.begin());
        world.work();
    }
    EXPECT_THAT(world.event_types(), ElementsAre("settlement.unexplained"));
    EXPECT_THAT(world.unexplained(), SizeIs(1));
}

TEST(CatchUp, a_credit_with_an_orders_id_waits_for_its_webhook) {
    CatchUpWorld world;
    const auto order = world.order("payout-1");
    world.reply(world.take_one(), 202, CatchUpWorld::accepted({order.end_to_end_id}));
    world.tell("settled", world.debit(order, "tx-1"));
    world.book({.transaction_id = "tx-2", .end_to_end_id = order.end_to_end_id, .credit = true});
    ASSERT_TRUE(world.begin());
    world.work();
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::settled);
    EXPECT_THAT(world.settlements(), IsEmpty());
    EXPECT_EQ(world.catch_ups().front().waiting, 1);
    world.tell("returned", world.given_back(order, "tx-2"));
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::returned);
    EXPECT_TRUE(world.movement("tx-2", true)->is_return);
    world.pass(26h);
    world.run_due();
    EXPECT_THAT(world.reviews(), IsEmpty());
}

TEST(CatchUp, such_a_credit_that_a_webhook_calls_income_is_money_that_came_in) {
    CatchUpWorld world;
    const auto order = world.order("payout-1");
    world.reply(world.take_one(), 202, CatchUpWorld::accepted({order.end_to_end_id}));
    world.book({.transaction_id = "tx-2", .end_to_end_id = order.end_to_end_id, .credit = true});
    ASSERT_TRUE(world.begin());
    world.work();
    world.settle("tx-2", 10'000, "", order.end_to_end_id);
    EXPECT_THAT(world.settlements(), SizeIs(1));
    EXPECT_FALSE(world.movement("tx-2", true));
}

TEST(CatchUp, such_a_credit_without_a_webhook_is_for_a_person) {
    CatchUpWorld world;
    const auto order = world.order("payout-1");
    world.book({.transaction_id = "tx-2", .end_to_end_id = order.end_to_end_id, .credit = true});
    ASSERT_TRUE(world.begin());
    world.work();
    world.pass(26h);
    world.run_due();
    EXPECT_THAT(world.review_kinds(), ElementsAre(store::review_credit_unclear));
    world.tell("returned", world.given_back(order, "tx-2"));
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST(CatchUp, a_person_says_what_such_a_credit_is) {
    for (const CreditRuling ruling : {CreditRuling::came_back, CreditRuling::came_in}) {
        CatchUpWorld world;
        const auto order = world.order("payout-1");
        world.reply(world.take_one(), 202, CatchUpWorld::accepted({order.end_to_end_id}));
        world.tell("settled", world.debit(order, "tx-1"));
        world.book(
            {.transaction_id = "tx-2", .end_to_end_id = order.end_to_end_id, .credit = true});
        ASSERT_TRUE(world.begin());
        world.work();
        const SettlementId credit = world.movement("tx-2", true)->id;
        const auto rule = [&] {
            return world.write<Result<>>([&](store::Session& s) {
                return rule_on_credit(s, world.context(), CatchUpWorld::tenant, credit, ruling,
                                      "the bank's support said so", "operator:anna", world.now());
            });
        };
        EXPECT_EQ(rule().error().code, Code::state_conflict) << "its webhook may still come";
        world.pass(26h);
        world.run_due();
        ASSERT_TRUE(rule());
        EXPECT_THAT(world.reviews(), IsEmpty());
        const bool back = ruling == CreditRuling::came_back;
        EXPECT_EQ(world.status_of("payout-1"), back ? OrderStatus::returned : OrderStatus::settled);
        EXPECT_THAT(world.settlements(), SizeIs(back ? 0 : 1));
        // Its webhook comes after all, and says the same.
        if (back)
            world.tell("returned", world.given_back(order, "tx-2"));
        else
            world.settle("tx-2", 10'000, "", order.end_to_end_id);
        EXPECT_THAT(world.settlements(), SizeIs(back ? 0 : 1));
        EXPECT_THAT(world.reviews(), IsEmpty());
    }
}

// A person says that such a credit came back, and a webhook that it is a payment to us: one of the two
// is wrong, and the money is counted once.
TEST(CatchUp, a_webhook_that_contradicts_a_persons_decision_counts_no_money_twice) {
    CatchUpWorld world;
    const auto order = world.order("payout-1");
    world.reply(world.take_one(), 202, CatchUpWorld::accepted({order.end_to_end_id}));
    world.tell("settled", world.debit(order, "tx-1"));
    world.book({.transaction_id = "tx-2", .end_to_end_id = order.end_to_end_id, .credit = true});
    ASSERT_TRUE(world.begin());
    world.work();
    const SettlementId credit = world.movement("tx-2", true)->id;
    world.pass(26h);
    world.run_due();
    ASSERT_TRUE(world.write<Result<>>([&](store::Session& s) {
        return rule_on_credit(s, world.context(), CatchUpWorld::tenant, credit,
                              CreditRuling::came_back, "the bank's support said so",
                              "operator:anna", world.now());
    }));
    world.settle("tx-2", 10'000, "", order.end_to_end_id);
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::returned);
    EXPECT_THAT(world.settlements(), IsEmpty());
    EXPECT_THAT(world.review_kinds(), ElementsAre(store::review_settlement_contradiction));
}

// A debit of a returned settlement's id and amount counts as its return when a query shows it. The
// webhook about the same transaction that does not say so adds no second movement.
TEST(CatchUp, a_webhook_that_contradicts_a_return_is_for_a_person) {
    CatchUpWorld world;
    world.settle("tx-in", 4'200, "NOT OURS", "E2E0000001");
    const auto request = std::make_shared<const ReturnRequest>(
        CatchUpWorld::tenant, "back-1", world.settlement("tx-in").id,
        domain::ReturnReason::account_closed, world.now());
    ASSERT_TRUE(world.write<Result<ReturnAnswer>>(
        [&](store::Session& s) { return register_return(s, world.context(), request); }));
    world.reply(world.take_one(), 202, "");
    world.book({.transaction_id = "tx-back", .end_to_end_id = "E2E0000001", .minor = 4'200});
    ASSERT_TRUE(world.begin());
    world.work();
    ASSERT_EQ(world.settlement("tx-in").status, domain::SettlementStatus::reversed);
    auto fact = world.fact(4'200);
    fact.credit = false;
    fact.end_to_end_id = "E2E0000001";
    world.settle("tx-back", fact);
    EXPECT_FALSE(world.movement("tx-back", false));
    EXPECT_THAT(world.unexplained(), IsEmpty());
    EXPECT_THAT(world.review_kinds(), ElementsAre(store::review_settlement_contradiction));
}

TEST(CatchUp, goes_on_where_it_was_after_a_crash) {
    CatchUpWorld world;
    for (int i = 0; i < 120; ++i)
        world.book({.transaction_id = fmt::format("in-{}", i), .credit = true, .minor = 100 + i});
    ASSERT_TRUE(world.begin());
    // The node that has sent a call is gone before its reply is read; another one sends it again.
    std::int64_t node = CatchUpWorld::holder;
    for (int crash = 0; crash < 12; ++crash) {
        const auto lost = world.take(node);
        node += 256;
        for (const CallToSend& call : world.take(node, true))
            world.answer(call);
        for (const CallToSend& call : lost)
            EXPECT_FALSE(world.reply(call, 200, "{\"transactions\":[]}")) << "its claim is over";
    }
    for (int i = 0; i < 400 && world.catch_ups().front().status != store::catch_up_done; ++i)
        for (const CallToSend& call : world.take(node, true))
            world.answer(call);
    EXPECT_THAT(world.settlements(), SizeIs(120));
    EXPECT_EQ(world.catch_ups().front().status, store::catch_up_done);
}

TEST(CatchUp, a_step_that_fails_is_taken_again_and_says_why) {
    CatchUpWorld world;
    world.book({.transaction_id = "in-1", .credit = true, .minor = 2500});
    ASSERT_TRUE(world.begin());
    std::vector<CallToSend> due;
    while (due.empty())
        due = world.take();
    world.reply(due.front(), 200, R"({"transactions":[{"transactionId":"x"}]})");
    const auto row = world.catch_ups().front();
    EXPECT_EQ(row.status, store::catch_up_running);
    EXPECT_EQ(row.failures, 1);
    EXPECT_NE(row.failed_for, "");
    EXPECT_THAT(world.take(), IsEmpty()) << "not before its time";
    world.pass(61s);
    world.work();
    EXPECT_THAT(world.settlements(), SizeIs(1));
}

TEST(CatchUp, one_of_a_connector_runs_at_a_time) {
    CatchUpWorld world;
    ASSERT_TRUE(world.begin());
    EXPECT_EQ(world.begin().error().code, Code::catch_up_running);
}

TEST(CatchUp, begins_at_a_start_after_a_longer_silence_than_the_bank_repeats_webhooks) {
    CatchUpWorld world;
    world.settle("in-1", 2500, "INV-7");
    world.pass(23h);
    world.start();
    EXPECT_THAT(world.catch_ups(), IsEmpty());
    const Instant last = world.now() - std::chrono::hours(23);
    world.pass(2h);
    world.start();
    ASSERT_THAT(world.catch_ups(), SizeIs(1));
    const auto row = world.catch_ups().front();
    EXPECT_EQ(row.reason, catch_up_after_downtime);
    EXPECT_LE(row.since, last - std::chrono::hours(71));
    world.start();
    EXPECT_THAT(world.catch_ups(), SizeIs(1)) << "it is under way";
}

// One that was under way when the server stopped ends before the downtime began.
TEST(CatchUp, takes_the_downtime_in_when_it_was_under_way_at_the_stop) {
    for (const bool is_dry_run : {false, true}) {
        CatchUpWorld world;
        world.settle("in-1", 2500, "INV-7");
        ASSERT_TRUE(world.begin(std::nullopt, is_dry_run));
        world.pass(30h);
        world.book({.transaction_id = "in-2", .credit = true, .reference = "INV-8"});
        world.pass(30h);
        world.start();
        world.work();
        EXPECT_THAT(world.settlements(), SizeIs(2)) << is_dry_run;
        ASSERT_THAT(world.catch_ups(), SizeIs(1));
        EXPECT_EQ(world.catch_ups().front().reason, catch_up_after_downtime);
        EXPECT_FALSE(world.catch_ups().front().dry_run);
    }
}

TEST(CatchUp, a_submitted_order_without_a_webhook_is_asked_about) {
    CatchUpWorld world;
    const auto order = world.order("payout-1");
    world.reply(world.take_one(), 202, CatchUpWorld::accepted({order.end_to_end_id}));
    EXPECT_THAT(world.take(), IsEmpty());
    world.pass(1h);
    world.work();
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::submitted) << "the list may lag";
    world.book({.transaction_id = "tx-1", .end_to_end_id = order.end_to_end_id});
    world.pass(1h);
    world.work();
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::settled);
}

TEST(CatchUp, a_held_order_without_a_webhook_is_asked_about) {
    CatchUpWorld world;
    const auto order = world.order("payout-1");
    world.reply(world.take_one(), 202, CatchUpWorld::accepted({order.end_to_end_id}));
    world.tell("held", CatchUpWorld::outcome(order, testing::Kind::held));
    for (int hour = 0; hour < 30; ++hour) {
        world.pass(1h);
        world.work();
    }
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::held) << "the bank may hold it for days";
    world.book({.transaction_id = "tx-1", .end_to_end_id = order.end_to_end_id});
    world.pass(1h);
    world.work();
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::settled);
}

TEST(CatchUp, a_submitted_order_without_any_sign_for_a_day_is_for_a_person) {
    CatchUpWorld world;
    const auto order = world.order("payout-1");
    world.reply(world.take_one(), 202, CatchUpWorld::accepted({order.end_to_end_id}));
    for (int hour = 0; hour < 25; ++hour) {
        world.pass(1h);
        world.work();
    }
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::needs_review);
}

} // namespace
} // namespace settled::units
