// CHAPS orders: their call, their hours, and what could not be checked. The test's clock begins on
// Friday, 15 January 2027, 08:00 UTC, which is when CHAPS opens.
#include "domain/uk/modulus.h"
#include "units/orders/bank_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::OrderStatus;
using testing::BankWorld;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

constexpr auto to_monday = 72h; // from the clock's beginning: the next opening after the Friday's

class Chaps : public ::testing::Test {
  protected:
    domain::Order ask(std::string_view client_id = "payout-1") {
        return world.ask(world.chaps_order(client_id, 10'000)).value().order;
    }
    Code refusal(domain::NewOrder order) {
        const auto answer = world.ask(std::move(order));
        return answer ? Code::internal : answer.error().code;
    }

    BankWorld world{BankWorld::chaps_settings()};
    Instant opening = world.now();
};

TEST_F(Chaps, goes_as_a_call_of_its_own_from_the_institution_account) {
    ask("payout-1");
    ask("payout-2");
    const auto calls = world.take();
    ASSERT_THAT(calls, SizeIs(2));
    EXPECT_EQ(calls[0].request.target, "/payments/chaps/v6/customer-payments");
    EXPECT_THAT(calls[0].request.body,
                HasSubstr(R"("sourceAccount":{"iban":"GB57CLRB04040100057354"})"));
    EXPECT_NE(calls[0].request_id, calls[1].request_id);
    world.reply(calls[0], 202, R"({"paymentId":"3fa85f64-5717-4562-b3fc-2c963f66afa6"})");
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::submitted);
    EXPECT_EQ(world.status_of("payout-2"), OrderStatus::queued);
}

TEST_F(Chaps, is_rejected_by_a_problem_whose_status_is_text) {
    ask();
    world.reply(world.take_one(), 400,
                R"({"type":"about:blank","title":"Bad Request","status":"400",)"
                R"("errors":{"purpose":["The purpose is not known."]}})");
    const domain::Order order = world.order_named("payout-1");
    EXPECT_EQ(order.status, OrderStatus::rejected);
    EXPECT_THAT(order.reason, HasSubstr("purpose: The purpose is not known."));
}

TEST_F(Chaps, waits_for_the_hours_and_says_until_when) {
    world.pass(9h); // Friday, 17:00
    const domain::Order order = ask();
    EXPECT_EQ(order.not_before, opening + to_monday);
    EXPECT_THAT(world.take(), IsEmpty());
    world.pass(to_monday - 9h - 1s);
    EXPECT_THAT(world.take(), IsEmpty());
    world.pass(1s);
    EXPECT_THAT(world.take(), SizeIs(1));
}

TEST_F(Chaps, waits_for_the_next_hours_when_it_was_not_sent_in_the_ones_it_waited_for) {
    world.pass(9h);
    ask();
    world.pass(to_monday); // the server was down for all of Monday
    EXPECT_THAT(world.take(), IsEmpty());
    EXPECT_EQ(world.order_named("payout-1").not_before, opening + to_monday + 24h);
    world.pass(15h);
    EXPECT_THAT(world.take(), SizeIs(1));
}

TEST_F(Chaps, repeats_a_call_outside_the_hours_that_was_sent_inside) {
    ask("payout-1");
    const CallToSend sent = world.take_one();
    world.lose(sent);
    world.pass(9h); // closed
    auto repeats = world.take();
    std::erase_if(repeats, [](const CallToSend& call) {
        return call.request.purpose != domain::CallPurpose::pay; // the bank is asked, too
    });
    ASSERT_THAT(repeats, SizeIs(1));
    EXPECT_EQ(repeats[0].request_id, sent.request_id);
    EXPECT_EQ(repeats[0].request.body, sent.request.body);
}

TEST_F(Chaps, puts_off_a_call_that_was_committed_in_the_hours_and_not_sent_in_them) {
    ask("payout-1");
    // The call is made, and there is no room to send it.
    const CallQuery no_room{
        BankWorld::tenant, BankWorld::connector, world.now(), BankWorld::holder, 0, false};
    (void)world.write<std::vector<CallToSend>>(
        [&](store::Session& s) { return next_calls(s, world.context(), no_room); });
    ASSERT_THAT(world.calls(), SizeIs(1));
    world.pass(9h);
    EXPECT_THAT(world.take(), IsEmpty());
    EXPECT_EQ(world.order_named("payout-1").not_before, opening + to_monday);
    world.pass(to_monday - 9h);
    EXPECT_THAT(world.take(), SizeIs(1));
}

TEST_F(Chaps, is_refused_outside_the_hours_by_setting) {
    world.use_calendar({.holidays = {},
                        .chaps_hours = {},
                        .chaps_on_working_days = true,
                        .outside_hours = domain::OutsideHours::refuse});
    ask("payout-1");
    world.pass(9h);
    EXPECT_EQ(refusal(world.chaps_order("payout-2", 10'000)), Code::outside_hours);
    // The one that was taken is the same order still.
    EXPECT_FALSE(world.ask(world.chaps_order("payout-1", 10'000)).value().is_new);
    EXPECT_TRUE(world.ask(world.new_order("payout-3", 10'000)).value().is_new);
}

TEST_F(Chaps, can_be_taken_back_while_it_waits) {
    world.pass(9h);
    const domain::Order order = ask();
    const auto cancelled = world.write<Result<OrderAnswer>>([&](store::Session& s) {
        return cancel_order(s, world.context(), BankWorld::tenant, order.id, world.now());
    });
    ASSERT_TRUE(cancelled);
    world.pass(to_monday);
    EXPECT_THAT(world.take(), IsEmpty());
}

TEST_F(Chaps, lets_faster_payments_go_meanwhile) {
    world.pass(9h);
    for (int i = 0; i < 20; ++i) // more than one look takes
        ask("chaps-" + std::to_string(i));
    world.order("payout-1");
    EXPECT_EQ(world.take_one().request.target, "/v3/payments/fps");
}

TEST_F(Chaps, needs_the_institution_account_and_a_name) {
    BankWorld other; // whose institution account the bank has not shown
    const auto answer = other.ask(other.chaps_order("payout-1", 10'000));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::debtor_unknown);
    domain::ConnectorSettings settings = BankWorld::chaps_settings();
    settings.debtor_name.clear();
    BankWorld nameless(settings);
    const auto unnamed = nameless.ask(nameless.chaps_order("payout-1", 10'000));
    ASSERT_FALSE(unnamed);
    EXPECT_EQ(unnamed.error().problems.front().pointer, "/debtor/name");
}

TEST_F(Chaps, comes_back_by_the_end_to_end_id_that_the_return_names) {
    const domain::Order order = ask();
    world.reply(world.take_one(), 202, R"({"paymentId":"p-1"})");
    auto out = world.debit(order, "tx-1");
    out.actual_end_to_end_id = "FIELD-20";
    world.tell("settled", out);
    auto back = world.given_back(order, "tx-2");
    back.returned_payment_id.clear();
    back.end_to_end_id = "RETURN-OF-THEIRS";
    back.original_end_to_end_id = order.end_to_end_id;
    world.tell("returned", back);
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::returned);
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST_F(Chaps, says_that_the_account_could_not_be_checked) {
    EXPECT_THAT(ask("payout-1").warnings, ElementsAre("modulus_unchecked"));
    EXPECT_THAT(world.order_named("payout-1").warnings, ElementsAre("modulus_unchecked"));
}

TEST_F(Chaps, is_refused_where_sort_code_and_account_number_do_not_belong_together) {
    const auto table =
        domain::ModulusTable::parse("601600 601699 MOD10 0 0 0 0 0 0 0 0 0 0 0 0 0 1\n", "")
            .value();
    world.use_modulus(table); // the last digit must be 0
    EXPECT_EQ(refusal(world.chaps_order("payout-1", 10'000)), Code::modulus_failed);
    auto order = world.chaps_order("payout-1", 10'000);
    order.creditor.account_number = "31926810";
    const auto taken = world.ask(order);
    ASSERT_TRUE(taken);
    EXPECT_THAT(taken->order.warnings, IsEmpty());
}

} // namespace
} // namespace settled::units
