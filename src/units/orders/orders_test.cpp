#include "units/orders/bank_world.h"
#include "units/orders/silence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace settled::units {
namespace {

using domain::OrderStatus;
using testing::BankWorld;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::play_silence;
using Kind = testing::Kind;
using namespace std::chrono_literals;

TEST(Orders, several_that_wait_go_to_the_bank_in_one_call) {
    BankWorld world;
    for (int i = 0; i < 30; ++i)
        world.order(fmt::format("payout-{}", i), 100 + i);
    const auto calls = world.take();
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_EQ(calls.front().request.target, "/v3/payments/fps");
    EXPECT_EQ(world.order_named("payout-0").call, world.order_named("payout-29").call);
    // The next one waits until the first call has its reply.
    world.order("payout-30", 777);
    EXPECT_THAT(world.take(), IsEmpty());
}

TEST(Orders, the_reply_is_read_item_by_item) {
    BankWorld world;
    const auto taken = world.order("taken", 100);
    const auto refused = world.order("refused", 200);
    const auto unnamed = world.order("unnamed", 300);
    const std::string body =
        fmt::format(R"({{"transactions":[{{"endToEndIdentification":"{}","response":"Accepted"}},)"
                    R"({{"endToEndIdentification":"{}","response":"InsufficientFunds"}}]}})",
                    taken.end_to_end_id, refused.end_to_end_id);
    world.reply(world.take_one(), 202, body);
    EXPECT_EQ(world.status_of("taken"), OrderStatus::submitted);
    EXPECT_EQ(world.status_of("refused"), OrderStatus::rejected);
    EXPECT_EQ(world.order_named("refused").reason_code, "InsufficientFunds");
    EXPECT_EQ(world.order_named("refused").advice, domain::Advice::retry);
    EXPECT_EQ(world.status_of("unnamed"), OrderStatus::in_doubt);
}

TEST(Orders, a_call_that_was_refused_as_a_whole_is_sent_order_by_order) {
    BankWorld world;
    world.order("a", 100);
    world.order("b", 200);
    const auto whole = world.take_one();
    world.reply(whole, 400, R"({"title":"One or more validation errors occurred.","status":400})");
    const auto alone = world.take();
    ASSERT_EQ(alone.size(), 2U);
    EXPECT_NE(alone[0].request_id, whole.request_id);
    world.reply(alone[0], 400, R"({"title":"One or more validation errors occurred."})");
    world.reply(alone[1], 202, BankWorld::accepted({world.order_named("b").end_to_end_id}));
    EXPECT_EQ(world.status_of("a"), OrderStatus::rejected);
    EXPECT_EQ(world.status_of("b"), OrderStatus::submitted);
}

TEST(Orders, a_repeat_sends_the_same_bytes_under_the_same_id) {
    BankWorld world;
    world.order("payout-1");
    const auto first = world.take_one();
    world.lose(first);
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::in_doubt);
    EXPECT_THAT(world.take(), IsEmpty()); // not before its time
    world.pass(2s);
    const auto second = world.take_one();
    EXPECT_EQ(second.id, first.id);
    EXPECT_EQ(second.request_id, first.request_id);
    EXPECT_EQ(second.request.body, first.request.body);
    EXPECT_EQ(second.number, 2);
}

// The bank remembers request ids for 24 hours: after a longer downtime the id would be a new one to it.
TEST(Orders, a_repeat_that_is_due_after_a_long_downtime_is_not_sent) {
    BankWorld world;
    world.order("payout-1");
    world.lose(world.take_one());
    world.pass(30h);
    for (const CallToSend& call : world.take())
        EXPECT_NE(call.request.purpose, domain::CallPurpose::pay);
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::in_doubt);
    EXPECT_EQ(world.calls().back().status, store::call_unclear);
}

TEST(Orders, a_call_that_cannot_be_signed_leaves_its_order_queued) {
    BankWorld world;
    world.order("payout-1");
    world.fail_to_send(world.take_one());
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::queued);
    EXPECT_THAT(world.take(), IsEmpty());
    world.pass(61s);
    world.reply(world.take_one(), 202,
                BankWorld::accepted({world.order_named("payout-1").end_to_end_id}));
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::submitted);
}

TEST(Orders, a_refusal_after_an_unread_reply_leaves_the_order_in_doubt) {
    BankWorld world;
    world.order("payout-1");
    world.lose(world.take_one());
    world.pass(2s);
    world.reply(world.take_one(), 422, R"({"title":"Unprocessable"})");
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::in_doubt);
}

TEST(Orders, an_order_in_doubt_is_settled_by_what_the_bank_shows) {
    BankWorld world;
    const auto order = world.order("payout-1");
    world.lose(world.take_one());
    play_silence(world, [&] { return BankWorld::shown_debit(order, "tx-9"); });
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::settled);
    EXPECT_EQ(world.order_named("payout-1").transaction_id, "tx-9");
    // The webhook that comes afterwards is of the same movement.
    world.tell("late", world.debit(order, "tx-9"));
    EXPECT_THAT(world.review_kinds(), IsEmpty());
    EXPECT_EQ(world.order_named("payout-1").actual_end_to_end_id, "FP-" + order.end_to_end_id);
}

TEST(Orders, silence_ends_with_a_person_and_never_with_a_second_id) {
    BankWorld world;
    world.order("payout-1");
    world.lose(world.take_one());
    play_silence(world, [] { return std::string(R"({"transactions":[]})"); });
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::needs_review);
    EXPECT_THAT(world.review_kinds(), ElementsAre("order_unresolved"));
    const auto calls = world.calls();
    EXPECT_EQ(std::ranges::count(calls, domain::CallPurpose::pay, &store::CallRow::purpose), 1);
    // A fact resolves it, and the review is closed.
    world.tell("late", world.debit(world.order_named("payout-1"), "tx-1"));
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::settled);
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST(Orders, an_instruction_that_the_bank_shows_as_pending_is_not_settled) {
    BankWorld world;
    const auto order = world.order("payout-1");
    world.lose(world.take_one());
    play_silence(world, [&] { return BankWorld::shown_debit(order, "tx-9", "PDNG"); });
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::submitted);
}

TEST(Orders, a_duplicate_at_the_bank_is_no_rejection) {
    BankWorld world;
    const auto order = world.order("payout-1");
    world.reply(world.take_one(), 202, BankWorld::accepted({order.end_to_end_id}));
    world.tell("duplicate", BankWorld::outcome(order, Kind::duplicate));
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::in_doubt);
    EXPECT_THAT(world.event_types(), ElementsAre("order.submitted"));
}

TEST(Orders, a_duplicate_on_its_way_at_the_bank_does_not_say_that_ours_was_taken) {
    BankWorld world;
    const auto order = world.order("payout-1");
    const auto call = world.take_one();
    world.tell("duplicate", BankWorld::outcome(order, Kind::duplicate));
    world.reply(call, 202, BankWorld::accepted({order.end_to_end_id}));
    world.pass(61s);
    world.reply(world.take_one(), 200, BankWorld::shown_debit(order, "tx-9", "PDNG"));
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::in_doubt);
    play_silence(world, [&] { return BankWorld::shown_debit(order, "tx-9"); });
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::settled);
}

TEST(Orders, another_creditor_under_the_same_id_changes_nothing_and_is_for_a_person) {
    BankWorld world;
    const auto order = world.order("payout-1");
    world.reply(world.take_one(), 202, BankWorld::accepted({order.end_to_end_id}));
    auto fact = world.debit(order, "tx-1");
    fact.counterparty.iban = "GB94BARC10201530093459";
    world.tell("settled", fact);
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::submitted);
    EXPECT_THAT(world.review_kinds(), ElementsAre("order_contradiction"));
}

TEST(Orders, a_creditor_is_the_same_in_every_spelling_of_his_account) {
    for (const std::string_view spelling :
         {"GB29NWBK60161331926819", "NWBK60161331926819", "GBR60161331926819", ""}) {
        BankWorld world;
        const auto order = world.order("payout-1");
        auto fact = world.debit(order, "tx-1");
        fact.counterparty.bban = spelling;
        world.tell("settled", fact);
        EXPECT_EQ(world.status_of("payout-1"), OrderStatus::settled) << spelling;
    }
}

TEST(Orders, another_amount_under_the_same_id_changes_nothing_and_is_for_a_person) {
    BankWorld world;
    const auto order = world.order("payout-1");
    world.reply(world.take_one(), 202, BankWorld::accepted({order.end_to_end_id}));
    auto fact = world.debit(order, "tx-1");
    fact.amount.minor += 1;
    world.tell("settled", fact);
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::submitted);
    EXPECT_THAT(world.review_kinds(), ElementsAre("order_contradiction"));
}

TEST(Orders, a_settlement_after_a_rejection_is_for_a_person) {
    BankWorld world;
    const auto order = world.order("payout-1");
    world.tell("rejected", BankWorld::outcome(order, Kind::rejected, "AC03"));
    world.tell("settled", world.debit(order, "tx-1"));
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::rejected);
    EXPECT_THAT(world.review_kinds(), ElementsAre("order_contradiction"));
}

TEST(Orders, a_node_that_slept_past_its_lease_changes_nothing_with_what_it_hears) {
    BankWorld world;
    const auto order = world.order("payout-1");
    const auto asleep = world.take_one();
    EXPECT_THAT(world.take(1025), IsEmpty());  // another node: the call is held
    const auto taken = world.take(1025, true); // the first is no node any more
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(taken.front().request.body, asleep.request.body);
    EXPECT_EQ(taken.front().request_id, asleep.request_id);
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::in_doubt); // the first try was cut
    EXPECT_FALSE(world.reply(asleep, 202, BankWorld::accepted({order.end_to_end_id})));
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::in_doubt);
    EXPECT_TRUE(world.reply(taken.front(), 409, R"({"status": 409})"));
    world.tell("settled", world.debit(order, "tx-1"));
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::settled);
}

TEST(Orders, a_bank_that_refuses_us_pauses_the_connector_and_rejects_no_order) {
    BankWorld world;
    world.add_endpoint("*");
    world.order("payout-1");
    world.reply(world.take_one(), 403, R"({"title":"Forbidden"})");
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::queued);
    world.order("payout-2", 5);
    EXPECT_THAT(world.take(), IsEmpty());
    world.pass(61s);
    const auto probe = world.take_one(); // one is tried again
    world.reply(probe, 403, R"({"title":"Forbidden"})");
    EXPECT_THAT(world.event_types(), ElementsAre("connector.failing"));
    world.pass(61s);
    world.reply(world.take_one(), 202,
                BankWorld::accepted({world.order_named("payout-1").end_to_end_id}));
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::submitted);
    EXPECT_EQ(std::ranges::count(world.event_types(), "connector.recovered"), 1);
    EXPECT_EQ(world.take().size(), 1U);
}

TEST(Orders, a_limit_at_the_bank_makes_all_calls_of_the_connector_wait) {
    BankWorld world;
    world.order("payout-1");
    const auto call = world.take_one();
    world.end(call, domain::CallReply{429, "", 30s});
    world.order("payout-2", 5);
    world.pass(29s);
    EXPECT_THAT(world.take(), IsEmpty());
    world.pass(2s);
    EXPECT_FALSE(world.take().empty());
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::queued);
}

TEST(Orders, a_person_stops_the_calls_of_a_connector_and_lets_them_go_on) {
    BankWorld world;
    world.order("payout-1");
    (void)world.write<Result<>>([&](store::Session& s) {
        return pause_connector(s, BankWorld::tenant, BankWorld::connector, "ann", "incident");
    });
    world.pass(1h);
    EXPECT_THAT(world.take(), IsEmpty());
    (void)world.write<Result<>>([&](store::Session& s) {
        return resume_connector(s, BankWorld::tenant, BankWorld::connector, world.now());
    });
    EXPECT_EQ(world.take().size(), 1U);
}

TEST(Orders, the_same_order_again_is_the_same_order) {
    BankWorld world;
    const auto first = world.order("payout-1");
    const auto again = world.ask(world.new_order("payout-1", 10'000));
    ASSERT_TRUE(again);
    EXPECT_FALSE(again->is_new);
    EXPECT_EQ(again->order.id, first.id);
    const auto other = world.ask(world.new_order("payout-1", 10'001));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Code::order_conflict);
    auto taken = world.new_order("payout-2", 1);
    taken.end_to_end_id = first.end_to_end_id;
    EXPECT_EQ(world.ask(taken).error().code, Code::end_to_end_id_taken);
}

// A store from before the order: the same order posted again is the same order to the bank.
TEST(Orders, ids_are_those_of_an_earlier_life_of_the_store) {
    BankWorld lost;
    const auto before = lost.order("payout-1");
    const auto call_before = lost.take_one();
    BankWorld restored;
    const auto after = restored.order("payout-1");
    const auto call_after = restored.take_one();
    EXPECT_EQ(after.end_to_end_id, before.end_to_end_id);
    EXPECT_EQ(call_after.request_id, call_before.request_id);
}

TEST(Orders, cancelling_is_for_what_no_call_carries) {
    BankWorld world;
    const auto first = world.order("payout-1");
    const auto cancel = [&](OrderId id) {
        return world.write<Result<OrderAnswer>>([&](store::Session& s) {
            return cancel_order(s, world.context(), BankWorld::tenant, id, world.now());
        });
    };
    EXPECT_EQ(cancel(first.id)->order.status, OrderStatus::cancelled);
    EXPECT_THAT(world.take(), IsEmpty());
    const auto second = world.order("payout-2", 5);
    (void)world.take_one();
    EXPECT_EQ(cancel(second.id).error().code, Code::order_sent);
}

TEST(Orders, a_rejected_order_is_made_again_once) {
    BankWorld world;
    const auto first = world.order("payout-1");
    const auto retry = [&](std::string client_id) {
        return world.write<Result<OrderAnswer>>([&](store::Session& s) {
            return retry_order(s, world.context(), BankWorld::tenant, first.id, client_id,
                               world.now());
        });
    };
    EXPECT_EQ(retry("payout-1b").error().code, Code::retry_not_allowed);
    world.reply(world.take_one(), 202, BankWorld::accepted({first.end_to_end_id}, "Rejected"));
    const auto again = retry("payout-1b");
    ASSERT_TRUE(again);
    EXPECT_NE(again->order.end_to_end_id, first.end_to_end_id);
    EXPECT_EQ(retry("payout-1c").error().code, Code::retry_not_allowed);
    EXPECT_EQ(retry("payout-1b")->order.id, again->order.id);
}

TEST(Orders, limits_of_the_connector_stop_an_order_before_it_is_stored) {
    auto settings = BankWorld::bank_settings();
    settings.order_max_minor = 5'000;
    settings.day_max_minor = 9'000;
    BankWorld world(settings);
    EXPECT_EQ(world.ask(world.new_order("a", 5'001)).error().code, Code::over_limit);
    EXPECT_TRUE(world.ask(world.new_order("b", 5'000)));
    EXPECT_EQ(world.ask(world.new_order("c", 4'001)).error().code, Code::over_limit);
    EXPECT_TRUE(world.ask(world.new_order("d", 4'000)));
}

TEST(Orders, the_second_of_two_for_one_loan_waits_for_a_person) {
    BankWorld world;
    auto first = world.new_order("a", 10'000);
    first.loan_account_id = "LN-1";
    ASSERT_TRUE(world.ask(first));
    world.reply(world.take_one(), 202, BankWorld::accepted({world.order_named("a").end_to_end_id}));
    auto second = first;
    second.client_id = "b";
    ASSERT_TRUE(world.ask(second));
    EXPECT_EQ(world.status_of("b"), OrderStatus::needs_review);
    EXPECT_THAT(world.review_kinds(), ElementsAre("possible_duplicate"));
    EXPECT_THAT(world.take(), IsEmpty());
    const auto released = world.write<Result<OrderAnswer>>([&](store::Session& s) {
        return rule_on_order(s, world.context(),
                             {.tenant = BankWorld::tenant,
                              .order = world.order_named("b").id,
                              .ruling = OrderRuling::release,
                              .reason = "meant",
                              .actor = "ann",
                              .now = world.now()});
    });
    ASSERT_TRUE(released);
    EXPECT_EQ(world.take().size(), 1U);
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST(Orders, a_debit_that_no_order_explains_is_kept_and_published) {
    BankWorld world;
    world.add_endpoint("*");
    auto fact = world.fact(4'200);
    fact.credit = false;
    fact.transaction_id = "tx-7";
    fact.end_to_end_id = "NOT-OURS";
    world.tell("debit", fact);
    world.tell("debit", fact);
    EXPECT_THAT(world.event_types(), ElementsAre("settlement.unexplained"));
}

// Two transactions of one end-to-end id, as the bank's list shows them: the newest first.
std::string shown_twice(const domain::Order& order, std::string_view newer,
                        std::string_view older) {
    const auto list = [&](std::string_view id, std::string_view status) {
        const std::string page = BankWorld::shown_debit(order, id, status);
        const std::size_t at = page.find('[') + 1;
        return page.substr(at, page.rfind(']') - at);
    };
    return "{\"transactions\":[" + list("tx-2", newer) + "," + list("tx-1", older) + "]}";
}

TEST(Orders, are_settled_when_the_bank_has_paid_whatever_else_it_shows) {
    for (const auto& shown :
         {std::pair("RJCT", "ACSC"), std::pair("PDNG", "ACSC"), std::pair("ACSC", "RJCT")}) {
        BankWorld world;
        const auto order = world.order("payout-1");
        world.lose(world.take_one());
        play_silence(world, [&] { return shown_twice(order, shown.first, shown.second); });
        EXPECT_EQ(world.status_of("payout-1"), OrderStatus::settled)
            << shown.first << " " << shown.second;
    }
}

// Which of the two instructions the bank has rejected, its list does not say.
TEST(Orders, a_rejected_duplicate_at_the_bank_is_no_rejection) {
    BankWorld world;
    const auto order = world.order("payout-1");
    world.reply(world.take_one(), 202, BankWorld::accepted({order.end_to_end_id}));
    world.tell("duplicate", BankWorld::outcome(order, Kind::duplicate, "DuplicateTransaction"));
    play_silence(world, [&] { return BankWorld::shown_debit(order, "tx-9", "RJCT"); });
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::needs_review);
    EXPECT_THAT(world.review_kinds(), ElementsAre("order_unresolved"));
}

} // namespace
} // namespace settled::units
