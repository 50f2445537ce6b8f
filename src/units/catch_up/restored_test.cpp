// What a store does that was put back to an older state.
#include "units/calls/bank.h"
#include "units/catch_up/catch_up_world.h"
#include "units/orders/pay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::OrderStatus;
using testing::Booked;
using testing::CatchUpWorld;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

// Put back, caught up, released.
void go_on(CatchUpWorld& world) {
    world.mark_restored();
    world.start();
    world.work();
    ASSERT_TRUE(world.resume());
}

TEST(Restored, nothing_that_moves_money_is_sent_while_the_mark_stands) {
    CatchUpWorld world;
    world.mark_restored();
    world.order("payout-1");
    world.start();
    world.work();
    world.pass(1h);
    world.work();
    EXPECT_THAT(world.paid, IsEmpty());
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::queued);
    EXPECT_FALSE(world.read<bool>(
        [&](store::Session& s) { return may_move_money(s, CatchUpWorld::tenant); }));
}

TEST(Restored, each_call_that_moves_money_is_named_by_the_statement_that_passes_it_over) {
    const auto statements = store::Statement::all();
    const auto found = std::ranges::find_if(statements, [](const store::Statement* each) {
        return each->text().contains("FROM call ") && each->text().contains("purpose NOT IN");
    });
    ASSERT_NE(found, statements.end());
    for (int i = 0; i <= static_cast<int>(domain::CallPurpose::find_organisation); ++i) {
        const auto purpose = static_cast<domain::CallPurpose>(i);
        const std::string quoted = "'" + std::string(token(purpose)) + "'";
        EXPECT_EQ((*found)->text().contains(quoted), domain::moves_money(purpose)) << quoted;
    }
}

TEST(Restored, the_mark_is_not_ended_before_the_bank_was_asked_for_everything) {
    CatchUpWorld world;
    world.mark_restored();
    EXPECT_EQ(world.resume().error().code, Code::catch_up_unfinished);
    world.start();
    EXPECT_EQ(world.resume().error().code, Code::catch_up_unfinished);
    world.work();
    EXPECT_TRUE(world.resume());
    EXPECT_EQ(world.resume().error().code, Code::state_conflict);
}

TEST(Restored, an_order_is_looked_up_before_its_first_try) {
    CatchUpWorld world;
    go_on(world);
    const auto order = world.order("payout-1");
    const auto asked = world.take_one();
    EXPECT_EQ(asked.request.purpose, domain::CallPurpose::find_transactions);
    EXPECT_NE(asked.request.target.find(order.end_to_end_id), std::string::npos);
    world.answer(asked);
    world.work();
    EXPECT_THAT(world.paid, SizeIs(1));
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::submitted);
}

TEST(Restored, an_order_that_the_bank_has_paid_is_settled_and_not_paid_again) {
    CatchUpWorld world;
    go_on(world);
    const auto order = world.order("payout-1");
    world.book({.transaction_id = "tx-1", .end_to_end_id = order.end_to_end_id});
    world.work();
    EXPECT_THAT(world.paid, IsEmpty());
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::settled);
    EXPECT_EQ(world.order_named("payout-1").transaction_id, "tx-1");
}

TEST(Restored, an_order_that_the_bank_is_paying_is_submitted) {
    CatchUpWorld world;
    go_on(world);
    const auto order = world.order("payout-1");
    world.book({.transaction_id = "tx-1", .end_to_end_id = order.end_to_end_id, .status = "PDNG"});
    world.work();
    EXPECT_THAT(world.paid, IsEmpty());
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::submitted);
}

TEST(Restored, another_payment_under_the_orders_id_is_for_a_person) {
    CatchUpWorld world;
    go_on(world);
    const auto order = world.order("payout-1");
    world.book({.transaction_id = "tx-1", .end_to_end_id = order.end_to_end_id, .minor = 777});
    world.work();
    EXPECT_THAT(world.paid, IsEmpty());
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::in_doubt);
    EXPECT_THAT(world.review_kinds(), Contains(store::review_order_contradiction));
}

TEST(Restored, a_question_that_fails_keeps_the_order_waiting) {
    CatchUpWorld world;
    go_on(world);
    world.order("payout-1");
    for (int i = 0; i < 20; ++i) {
        for (const CallToSend& call : world.take())
            world.lose(call);
        world.pass(15min);
    }
    EXPECT_THAT(world.paid, IsEmpty());
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::queued);
    world.pass(1h);
    world.work();
    world.pass(1h);
    world.work();
    EXPECT_THAT(world.paid, SizeIs(1));
}

TEST(Restored, an_order_from_before_that_was_never_sent_from_here_is_looked_up_too) {
    CatchUpWorld world;
    const auto order = world.order("payout-1");
    world.book({.transaction_id = "tx-1", .end_to_end_id = order.end_to_end_id});
    go_on(world);
    world.work();
    EXPECT_THAT(world.paid, IsEmpty());
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::settled);
}

// The call is made, and no try of it.
store::Step<> make_call_of_all(store::Session& s, const Context& context, Instant now) {
    const auto bank = co_await find_bank(s, CatchUpWorld::tenant, CatchUpWorld::connector);
    co_await gather_orders(s, {context, CatchUpWorld::tenant, now}, *bank,
                           store::WaitingOrders::all);
}

TEST(Restored, a_call_that_was_made_and_not_sent_gives_its_orders_back) {
    CatchUpWorld world;
    const auto first = world.order("payout-1", 100);
    const auto second = world.order("payout-2", 200);
    // As in a store that was copied between the making of the call and its first try.
    world.write<void>(
        [&](store::Session& s) { return make_call_of_all(s, world.context(), world.now()); });
    ASSERT_TRUE(world.order_named("payout-1").call);
    world.book({.transaction_id = "tx-1", .end_to_end_id = first.end_to_end_id, .minor = 100});
    go_on(world);
    world.work();
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::settled);
    ASSERT_THAT(world.paid, SizeIs(1));
    EXPECT_EQ(world.paid.front().request.body.find(first.end_to_end_id), std::string::npos);
    EXPECT_NE(world.paid.front().request.body.find(second.end_to_end_id), std::string::npos);
}

// The store does not know whether it was sent: no answer to the client says that it was not.
TEST(Restored, an_order_is_cancelled_only_once_the_bank_was_asked_for_it) {
    for (const bool is_paid : {false, true}) {
        CatchUpWorld world;
        const auto order = world.order("payout-1");
        const auto cancel = [&] {
            return world.write<Result<OrderAnswer>>([&](store::Session& s) {
                return cancel_order(s, world.context(), CatchUpWorld::tenant, order.id,
                                    world.now());
            });
        };
        world.mark_restored();
        const auto held = cancel();
        ASSERT_FALSE(held);
        EXPECT_EQ(held.error().code, Code::order_sent);
        world.start();
        world.work();
        ASSERT_TRUE(world.resume());
        EXPECT_FALSE(cancel());
        if (is_paid)
            world.book({.transaction_id = "tx-1", .end_to_end_id = order.end_to_end_id});
        world.answer(world.take_one());
        EXPECT_EQ(cancel().has_value(), !is_paid);
        EXPECT_EQ(world.status_of("payout-1"),
                  is_paid ? OrderStatus::settled : OrderStatus::cancelled);
    }
}

// The lost store may have released it.
TEST(Restored, a_possible_duplicate_is_ruled_on_once_the_bank_was_asked_for_it) {
    for (const bool is_paid : {false, true}) {
        CatchUpWorld world;
        auto asked = world.new_order("payout-1", 10'000);
        asked.loan_account_id = "LN-1";
        (void)world.ask(asked);
        world.answer(world.take_one());
        asked.client_id = "payout-2";
        const auto second = world.ask(asked).value().order;
        ASSERT_EQ(second.status, OrderStatus::needs_review);
        const auto never_paid = [&] {
            return world.write<Result<OrderAnswer>>([&](store::Session& s) {
                return rule_on_order(s, world.context(),
                                     {.tenant = CatchUpWorld::tenant,
                                      .order = second.id,
                                      .ruling = OrderRuling::never_paid,
                                      .reason = "it is the same payment",
                                      .actor = "ann",
                                      .now = world.now()});
            });
        };
        if (is_paid)
            world.book({.transaction_id = "tx-1", .end_to_end_id = second.end_to_end_id});
        world.mark_restored();
        const auto early = never_paid();
        ASSERT_FALSE(early);
        EXPECT_EQ(early.error().code, Code::state_conflict);
        world.start();
        world.work();
        ASSERT_TRUE(world.resume());
        EXPECT_EQ(never_paid().has_value(), !is_paid);
        EXPECT_EQ(world.status_of("payout-2"),
                  is_paid ? OrderStatus::settled : OrderStatus::cancelled);
        EXPECT_THAT(world.paid, SizeIs(1));
    }
}

TEST(Restored, orders_under_way_are_in_doubt_and_the_bank_is_asked) {
    CatchUpWorld world;
    const auto submitted = world.order("submitted", 100);
    world.reply(world.take_one(), 202, CatchUpWorld::accepted({submitted.end_to_end_id}));
    const auto sent = world.order("sent", 200);
    const auto call = world.take_one();
    world.mark_restored();
    world.start();
    world.take(CatchUpWorld::holder + 256, true); // the node that sent it is gone
    world.work();
    EXPECT_EQ(world.status_of("submitted"), OrderStatus::in_doubt);
    EXPECT_EQ(world.status_of("sent"), OrderStatus::in_doubt);
    ASSERT_TRUE(world.resume());
    world.book({.transaction_id = "tx-1", .end_to_end_id = submitted.end_to_end_id, .minor = 100});
    world.pass(1h);
    world.work();
    EXPECT_EQ(world.status_of("submitted"), OrderStatus::settled);
    EXPECT_EQ(world.status_of("sent"), OrderStatus::in_doubt);
    EXPECT_THAT(world.paid, IsEmpty());
    world.pass(3h);
    world.work();
    EXPECT_EQ(world.status_of("sent"), OrderStatus::needs_review);
    EXPECT_THAT(world.paid, IsEmpty()) << "it is not sent again by itself";
}

TEST(Restored, a_debit_that_no_order_explains_is_for_a_person_until_its_order_comes_back) {
    CatchUpWorld world;
    // The store has forgotten this order.
    const auto id =
        world.context().derived_ids->end_to_end_id(CatchUpWorld::tenant, "clearbank", "payout-1");
    world.settle("in-1", 100, "INV-1"); // so that the store is not empty
    world.book({.transaction_id = "tx-1", .end_to_end_id = id});
    world.mark_restored();
    world.start();
    world.work();
    EXPECT_THAT(world.review_kinds(), ElementsAre(store::review_unexplained));
    ASSERT_TRUE(world.resume());
    world.order("payout-1");
    world.work();
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::settled);
    EXPECT_THAT(world.reviews(), IsEmpty());
    EXPECT_THAT(world.unexplained(), IsEmpty());
    EXPECT_THAT(world.paid, IsEmpty());
}

TEST(Restored, a_second_restore_holds_calls_again_and_forgets_what_was_looked_up) {
    CatchUpWorld world;
    go_on(world);
    const auto order = world.order("payout-1");
    world.answer(world.take_one());
    EXPECT_EQ(world.order_named("payout-1").lookup, domain::Lookup::clear);
    // Sent by the server whose store was lost.
    world.book({.transaction_id = "tx-1", .end_to_end_id = order.end_to_end_id});
    world.pass(1h);
    go_on(world);
    world.work();
    EXPECT_THAT(world.paid, IsEmpty());
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::settled);
}

} // namespace
} // namespace settled::units
