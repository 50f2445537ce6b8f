#include "units/orders/bank_world.h"
#include "wire/time.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::OrderStatus;
using testing::BankWorld;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// Money that arrived by Faster Payments, of which a client wants the return.
class Returns : public ::testing::Test {
  protected:
    void SetUp() override {
        world.settle("tx-in", 4'200, "NOT OURS", "E2E0000001");
        const auto request = std::make_shared<const ReturnRequest>(
            BankWorld::tenant, "back-1", world.settlement("tx-in").id,
            domain::ReturnReason::account_closed, world.now());
        const auto answer = world.write<Result<ReturnAnswer>>(
            [&](store::Session& s) { return register_return(s, world.context(), request); });
        ASSERT_TRUE(answer) << answer.error().detail;
        id = answer->row.id;
    }
    OrderStatus status() {
        return world
            .read<std::optional<store::ReturnRow>>(
                [&](store::Session& s) { return store::find_return(s, BankWorld::tenant, id); })
            .value()
            .status;
    }
    // What the bank's query shows under the payment's end-to-end id.
    std::string shown(std::string_view state, std::string_view side = "DBIT",
                      std::string_view amount = "42.00",
                      std::chrono::minutes ago = std::chrono::minutes(0)) {
        return fmt::format(
            R"({{"transactions":[{{"transactionId":"tx-back","endToEndIdentifier":"E2E0000001",)"
            R"("debitCreditCode":"{}","status":"{}","transactionTime":"{}",)"
            R"("amount":{{"instructedAmount":{},"currency":"GBP"}}}}]}})",
            side, state, wire::to_rfc3339(world.now() - std::chrono::microseconds(ago)), amount);
    }
    // As the clock and the timers go on.
    void pass(std::chrono::minutes time) {
        world.pass(time);
        (void)world.run_due();
    }
    // Answers what is asked each hour; nullopt: no reply can be read.
    void ask_for_hours(int hours, const std::optional<std::string>& list) {
        using namespace std::chrono_literals;
        for (int quarter = 0; quarter < 4 * hours; ++quarter) {
            pass(15min);
            for (const CallToSend& call : world.take())
                if (list)
                    world.reply(call, 200, *list);
                else
                    world.lose(call);
        }
    }
    // The bank books the money out, as a return that names the payment by its end-to-end id.
    void book_out() {
        auto fact = world.fact(4'200);
        fact.credit = false;
        fact.is_return = true;
        fact.end_to_end_id = "E2E0000001";
        world.settle("tx-back", fact);
    }

    BankWorld world;
    ReturnId id;
};

TEST_F(Returns, end_settled_when_the_bank_books_the_money_out) {
    world.reply(world.take_one(), 202, "");
    EXPECT_EQ(status(), OrderStatus::submitted);
    book_out();
    EXPECT_EQ(status(), OrderStatus::settled);
    EXPECT_EQ(world.settlement("tx-in").status, domain::SettlementStatus::reversed);
    EXPECT_THAT(world.event_types(), Contains("return.settled"));
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST_F(Returns, end_settled_although_the_booking_comes_before_the_reply) {
    const auto call = world.take_one();
    book_out();
    world.reply(call, 202, "");
    EXPECT_EQ(status(), OrderStatus::settled);
}

TEST_F(Returns, go_to_a_person_when_the_bank_refuses_them) {
    world.reply(world.take_one(), 400, R"({"title":"Too old","status":400})");
    EXPECT_EQ(status(), OrderStatus::rejected);
    EXPECT_THAT(world.review_kinds(), ElementsAre("return_refused"));
}

TEST_F(Returns, stay_for_a_person_when_the_booking_contradicts_the_refusal) {
    world.reply(world.take_one(), 400, R"({"title":"Too old","status":400})");
    book_out();
    EXPECT_EQ(status(), OrderStatus::rejected);
    EXPECT_THAT(world.review_kinds(), UnorderedElementsAre("return_refused", "return_unresolved"));
}

TEST_F(Returns, wait_for_the_booking_when_no_reply_was_read) {
    world.lose(world.take_one());
    EXPECT_EQ(status(), OrderStatus::in_doubt);
    book_out();
    EXPECT_EQ(status(), OrderStatus::settled);
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST_F(Returns, are_in_doubt_when_the_bank_has_one_already) {
    world.reply(world.take_one(), 202, "");
    domain::PaymentOutcomeFact fact;
    fact.is_return = true;
    fact.items.push_back({"E2E0000001", testing::Kind::duplicate, "DuplicateTransaction", ""});
    world.tell("duplicate", fact);
    EXPECT_EQ(status(), OrderStatus::in_doubt) << "it may have gone back";
    EXPECT_THAT(world.review_kinds(), ElementsAre("return_unresolved"));
    book_out();
    EXPECT_EQ(status(), OrderStatus::settled);
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

// After a lost reply the bank's limit lasts until the id of the call is forgotten there.
TEST_F(Returns, go_to_a_person_when_it_is_too_late_for_a_repeat) {
    using namespace std::chrono_literals;
    world.lose(world.take_one());
    for (int hour = 0; hour < 25; ++hour) {
        world.pass(1h);
        for (const CallToSend& call : world.take())
            world.reply(call, 429, R"({"message":"Rate limit is exceeded."})");
    }
    EXPECT_EQ(world.calls().front().status, store::call_unclear);
    EXPECT_EQ(status(), OrderStatus::in_doubt);
    EXPECT_THAT(world.review_kinds(), ElementsAre("return_unresolved"));
}

TEST_F(Returns, without_a_webhook_are_asked_about_and_settled_by_what_the_bank_shows) {
    using namespace std::chrono_literals;
    world.reply(world.take_one(), 202, "");
    EXPECT_THAT(world.take(), IsEmpty());
    pass(1h);
    const auto first = world.take_one();
    EXPECT_EQ(first.request.purpose, domain::CallPurpose::find_transactions);
    EXPECT_THAT(first.request.target, HasSubstr("endToEndIdentifier=E2E0000001"));
    world.reply(first, 200, R"({"transactions":[]})");
    EXPECT_EQ(status(), OrderStatus::submitted) << "the list may lag";
    pass(1h);
    world.reply(world.take_one(), 200, shown("ACSC"));
    EXPECT_EQ(status(), OrderStatus::settled);
    EXPECT_EQ(world.settlement("tx-in").status, domain::SettlementStatus::reversed);
    EXPECT_THAT(world.event_types(), Contains("return.settled"));
    pass(2h);
    EXPECT_THAT(world.take(), IsEmpty()) << "there is nothing left to ask";
    // Its webhook comes after all.
    book_out();
    EXPECT_EQ(status(), OrderStatus::settled);
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST_F(Returns, whose_webhook_came_are_not_asked_about) {
    using namespace std::chrono_literals;
    world.reply(world.take_one(), 202, "");
    book_out();
    pass(2h);
    EXPECT_THAT(world.take(), IsEmpty());
}

TEST_F(Returns, without_any_sign_for_a_day_are_for_a_person) {
    world.reply(world.take_one(), 202, "");
    ask_for_hours(25, R"({"transactions":[]})");
    EXPECT_EQ(status(), OrderStatus::needs_review);
    EXPECT_THAT(world.review_kinds(), ElementsAre("return_unresolved"));
    book_out();
    EXPECT_EQ(status(), OrderStatus::settled);
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST_F(Returns, are_still_asked_about_when_they_are_for_a_person) {
    world.reply(world.take_one(), 202, "");
    ask_for_hours(25, R"({"transactions":[]})");
    ASSERT_EQ(status(), OrderStatus::needs_review);
    ask_for_hours(30, shown("ACSC"));
    EXPECT_EQ(status(), OrderStatus::settled);
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

// As after a day on which no server ran.
TEST_F(Returns, are_asked_about_before_a_person_is) {
    using namespace std::chrono_literals;
    world.reply(world.take_one(), 202, "");
    pass(48h);
    EXPECT_EQ(status(), OrderStatus::submitted);
    world.reply(world.take_one(), 200, shown("ACSC"));
    EXPECT_EQ(status(), OrderStatus::settled);
}

TEST_F(Returns, about_which_no_question_is_answered_for_a_day_are_for_a_person) {
    world.reply(world.take_one(), 202, "");
    ask_for_hours(25, std::nullopt);
    EXPECT_EQ(status(), OrderStatus::needs_review);
}

TEST_F(Returns, are_asked_about_while_the_bank_holds_them) {
    using namespace std::chrono_literals;
    world.reply(world.take_one(), 202, "");
    domain::PaymentOutcomeFact fact;
    fact.is_return = true;
    fact.items.push_back({"E2E0000001", testing::Kind::held, "", ""});
    world.tell("held", fact);
    ask_for_hours(30, R"({"transactions":[]})");
    EXPECT_EQ(status(), OrderStatus::held) << "the bank may hold it for days";
    ask_for_hours(2, shown("ACSC"));
    EXPECT_EQ(status(), OrderStatus::settled);
}

// The bank's list shows the payment that came in, too, and instructions that were not carried out.
TEST_F(Returns, are_not_ended_by_anything_else_that_the_bank_shows) {
    world.reply(world.take_one(), 202, "");
    ask_for_hours(2, shown("PDNG"));
    ask_for_hours(2, shown("ACSC", "CRDT"));
    ask_for_hours(2, shown("ACSC", "DBIT", "42.01"));
    ask_for_hours(2, shown("ACSC", "DBIT", "42.00", std::chrono::hours(24))); // before it was made
    EXPECT_EQ(status(), OrderStatus::submitted);
    EXPECT_EQ(world.settlement("tx-in").status, domain::SettlementStatus::unmatched);
}

// Two payers may have chosen one end-to-end id, and one amount.
class TwinReturns : public Returns {
  protected:
    void SetUp() override {
        Returns::SetUp();
        world.settle("tx-in-2", 4'200, "NOT OURS EITHER", "E2E0000001");
        const auto request = std::make_shared<const ReturnRequest>(
            BankWorld::tenant, "back-2", world.settlement("tx-in-2").id,
            domain::ReturnReason::account_closed, world.now());
        const auto answer = world.write<Result<ReturnAnswer>>(
            [&](store::Session& s) { return register_return(s, world.context(), request); });
        ASSERT_TRUE(answer) << answer.error().detail;
        second = answer->row.id;
        for (const CallToSend& call : world.take())
            world.reply(call, 202, "");
    }
    OrderStatus status_of_second() {
        return world
            .read<std::optional<store::ReturnRow>>(
                [&](store::Session& s) { return store::find_return(s, BankWorld::tenant, second); })
            .value()
            .status;
    }
    ReturnId second;
};

TEST_F(TwinReturns, are_not_chosen_between_when_the_bank_refuses_one) {
    domain::PaymentOutcomeFact fact;
    fact.is_return = true;
    fact.items.push_back({"E2E0000001", testing::Kind::rejected, "AC04", ""});
    world.tell("refused", fact);
    EXPECT_EQ(status(), OrderStatus::submitted);
    EXPECT_EQ(status_of_second(), OrderStatus::submitted);
    EXPECT_THAT(world.review_kinds(), ElementsAre("return_unresolved", "return_unresolved"));
}

TEST_F(TwinReturns, are_not_chosen_between_when_the_bank_shows_one_as_made) {
    ask_for_hours(2, shown("ACSC"));
    EXPECT_EQ(status(), OrderStatus::submitted);
    EXPECT_EQ(status_of_second(), OrderStatus::submitted);
    EXPECT_EQ(world.settlement("tx-in").status, domain::SettlementStatus::unmatched);
    EXPECT_EQ(world.settlement("tx-in-2").status, domain::SettlementStatus::unmatched);
}

// A CHAPS payment that arrived on a Friday, 08:00.
class ChapsReturns : public ::testing::Test {
  protected:
    void SetUp() override {
        auto fact = world.fact(4'200);
        fact.scheme = "Chaps";
        fact.end_to_end_id = "II-THEIRS";
        world.settle("tx-in", fact);
    }
    Result<ReturnAnswer> ask() {
        const auto request = std::make_shared<const ReturnRequest>(
            BankWorld::tenant, "back-1", world.settlement("tx-in").id,
            domain::ReturnReason::account_closed, world.now());
        return world.write<Result<ReturnAnswer>>(
            [&](store::Session& s) { return register_return(s, world.context(), request); });
    }
    store::ReturnRow row() {
        const SettlementId id = world.settlement("tx-in").id;
        return world
            .read<std::optional<store::ReturnRow>>(
                [&](store::Session& s) { return store::find_return_of(s, BankWorld::tenant, id); })
            .value();
    }
    static std::string instruction_of(const CallToSend& call) {
        const std::string& body = call.request.body;
        const std::size_t at = body.find("RET-");
        return body.substr(at, body.find('"', at) - at);
    }
    BankWorld world;
};

TEST_F(ChapsReturns, end_settled_when_the_debit_names_our_instruction) {
    ASSERT_TRUE(ask());
    const auto call = world.take_one();
    EXPECT_EQ(call.request.target, "/payments/chaps/v6/return-payments");
    world.reply(call, 202, R"({"paymentId":"p-2"})");
    EXPECT_EQ(row().status, OrderStatus::submitted);
    auto fact = world.fact(4'200);
    fact.scheme = "Chaps";
    fact.credit = false;
    fact.is_return = true;
    fact.actual_end_to_end_id = instruction_of(call);
    world.settle("tx-back", fact);
    EXPECT_EQ(row().status, OrderStatus::settled);
    EXPECT_EQ(world.settlement("tx-in").status, domain::SettlementStatus::reversed);
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

// CHAPS need not say that a debit is a return: the instruction that it names does.
TEST_F(ChapsReturns, end_settled_by_a_debit_that_names_our_instruction_and_says_no_more) {
    ASSERT_TRUE(ask());
    const auto call = world.take_one();
    world.reply(call, 202, R"({"paymentId":"p-2"})");
    auto fact = world.fact(4'200);
    fact.scheme = "Chaps";
    fact.credit = false;
    fact.actual_end_to_end_id = instruction_of(call);
    world.settle("tx-back", fact);
    EXPECT_EQ(row().status, OrderStatus::settled);
    EXPECT_EQ(world.settlement("tx-in").status, domain::SettlementStatus::reversed);
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST_F(ChapsReturns, are_not_ended_by_a_debit_of_another_amount) {
    ASSERT_TRUE(ask());
    const auto call = world.take_one();
    world.reply(call, 202, R"({"paymentId":"p-2"})");
    auto fact = world.fact(4'201);
    fact.credit = false;
    fact.is_return = true;
    fact.actual_end_to_end_id = instruction_of(call);
    world.settle("tx-back", fact);
    EXPECT_EQ(row().status, OrderStatus::submitted);
    EXPECT_EQ(world.settlement("tx-in").status, domain::SettlementStatus::unmatched);
}

TEST_F(ChapsReturns, end_rejected_by_a_refused_message_that_names_our_instruction) {
    ASSERT_TRUE(ask());
    const auto call = world.take_one();
    world.reply(call, 202, R"({"paymentId":"p-2"})");
    domain::PaymentOutcomeFact fact;
    fact.items.push_back({instruction_of(call), testing::Kind::rejected, "AC04", ""});
    world.tell("refused", fact);
    EXPECT_EQ(row().status, OrderStatus::rejected);
    EXPECT_THAT(world.review_kinds(), ElementsAre("return_refused"));
}

TEST_F(ChapsReturns, wait_for_the_hours_and_end_with_those_of_the_next_working_day) {
    using namespace std::chrono_literals;
    world.pass(10h); // Friday, 18:00
    ASSERT_TRUE(ask());
    EXPECT_THAT(world.take(), IsEmpty());
    world.pass(62h); // Monday, 08:00
    EXPECT_EQ(world.take_one().request.target, "/payments/chaps/v6/return-payments");
}

TEST_F(ChapsReturns, are_refused_once_the_next_working_day_is_over) {
    using namespace std::chrono_literals;
    world.pass(81h); // Monday, 17:00
    const auto refused = ask();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::return_too_late);
}

} // namespace
} // namespace settled::units
