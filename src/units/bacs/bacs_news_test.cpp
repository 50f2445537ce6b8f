// What the bank reports of Bacs, in every order and doubled.
#include "units/bacs/bacs_news.h"

#include "store/queries/money/bacs.h"
#include "units/orders/bank_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>

namespace settled::units {
namespace {

using domain::BacsFact;
using domain::BacsStatus;
using domain::BacsSubject;
using testing::BankWorld;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::gbp;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::party;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAreArray;
using namespace std::chrono_literals;

BacsFact report(BacsSubject subject, BacsStatus status, std::string_view bank_id = "b-1") {
    BacsFact fact;
    fact.subject = subject;
    fact.status = status;
    fact.bank_id = bank_id;
    fact.amount = gbp(subject == BacsSubject::mandate ? 0 : 2'550);
    fact.account = party(testing::iban_of_shop);
    fact.counterparty = party("601613 31926819", "UK TELECOMMS");
    fact.reference = "NOV2026";
    fact.service_user_number = "010203";
    if (status == BacsStatus::returned && subject != BacsSubject::mandate) {
        fact.returned_by = "r-1";
        fact.reason_code = "5";
    }
    return fact;
}

domain::SettlementFact moved(const BankWorld& world, bool credit, bool is_return = false) {
    domain::SettlementFact fact = world.fact(2'550);
    fact.scheme = "Bacs";
    fact.credit = credit;
    fact.is_return = is_return;
    fact.transaction_id = is_return ? "tx-back" : "tx-1";
    fact.reference = "NOV2026";
    fact.counterparty = party("601613 31926819", "UK TELECOMMS");
    fact.bacs_id = is_return ? "r-1" : "b-1";
    if (is_return && !credit)
        fact.uetr = fact.bacs_id;
    fact.is_direct_debit = !credit && !is_return;
    return fact;
}

struct Act {
    std::string name;
    std::function<void(BankWorld&)> play;
};

Act says(BacsSubject subject, BacsStatus status) {
    return {std::string(token(status)),
            [=](BankWorld& world) { world.tell(token(status), report(subject, status)); }};
}
Act money_comes() {
    return {"money comes", [](BankWorld& world) { world.tell("in", moved(world, true)); }};
}
Act money_goes() {
    return {"money goes", [](BankWorld& world) { world.tell("out", moved(world, false)); }};
}
Act money_goes_back() {
    return {"money goes back",
            [](BankWorld& world) { world.tell("back out", moved(world, false, true)); }};
}
Act money_comes_back() {
    return {"money comes back",
            [](BankWorld& world) { world.tell("back in", moved(world, true, true)); }};
}

std::optional<domain::BacsItem> item(BankWorld& world, BacsSubject subject,
                                     std::string_view bank_id = "b-1") {
    return world.read<std::optional<domain::BacsItem>>([&](store::Session& s) {
        return store::find_bacs_item_of(s, BankWorld::tenant, BankWorld::connector, subject,
                                        bank_id);
    });
}

std::size_t count_of(const std::vector<std::string>& all, std::string_view one) {
    return static_cast<std::size_t>(std::ranges::count(all, one));
}

struct Flow {
    std::string name;
    BacsSubject subject;
    std::vector<Act> acts;
    BacsStatus ends;
    std::vector<std::string_view> once; // events that are published once in every order
    bool settlement_reversed = false;
};

std::vector<Flow> flows() {
    using enum BacsStatus;
    constexpr auto credit = BacsSubject::credit;
    constexpr auto debit = BacsSubject::direct_debit;
    constexpr auto mandate = BacsSubject::mandate;
    return {
        {"credit is announced and settles",
         credit,
         {says(credit, announced), money_comes()},
         settled,
         {}},
        {"credit is held and released",
         credit,
         {says(credit, announced), says(credit, held), money_comes()},
         settled,
         {}},
        {"credit is recalled",
         credit,
         {says(credit, announced), says(credit, recalled)},
         recalled,
         {"bacs_credit.recalled"}},
        {"held credit is recalled",
         credit,
         {says(credit, held), says(credit, recalled)},
         recalled,
         {"bacs_credit.recalled"}},
        {"credit settles and goes back",
         credit,
         {says(credit, announced), money_comes(), says(credit, returned), money_goes_back()},
         returned,
         {"bacs_credit.returned", "settlement.reversed"},
         true},
        {"credit goes back before it was applied",
         credit,
         {says(credit, announced), says(credit, returned)},
         returned,
         {"bacs_credit.returned"}},
        {"credit of ours comes back",
         credit,
         {says(credit, unapplied), money_comes()},
         unapplied,
         {"bacs_credit.unapplied"}},
        {"direct debit is announced and collected",
         debit,
         {says(debit, announced), money_goes()},
         settled,
         {"direct_debit.settled"}},
        {"direct debit comes back",
         debit,
         {says(debit, announced), money_goes(), says(debit, returned), money_comes_back()},
         returned,
         {"direct_debit.returned"}},
        {"direct debit is claimed",
         debit,
         {money_goes(), says(debit, claimed)},
         claimed,
         {"direct_debit.claimed"}},
        {"mandate begins and ends",
         mandate,
         {says(mandate, initiated), says(mandate, cancelled)},
         cancelled,
         {"mandate.cancelled"}},
        {"mandate is returned",
         mandate,
         {says(mandate, initiated), says(mandate, returned)},
         returned,
         {"mandate.returned"}},
    };
}

class BacsFlows : public ::testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(All, BacsFlows, ::testing::Range<std::size_t>(0, flows().size()));

TEST_P(BacsFlows, end_alike_in_every_order_and_with_every_webhook_doubled) {
    const Flow flow = flows()[GetParam()];
    std::vector<std::size_t> order(flow.acts.size());
    std::iota(order.begin(), order.end(), 0);
    do {
        BankWorld world;
        std::string played;
        for (const std::size_t act : order) {
            flow.acts[act].play(world);
            flow.acts[act].play(world);
            played += flow.acts[act].name + ", ";
        }
        for (const Act& act : flow.acts)
            act.play(world);
        world.pass(30s);
        (void)world.run_due();
        const auto after = item(world, flow.subject);
        ASSERT_TRUE(after) << flow.name << ": " << played;
        EXPECT_EQ(after->status, flow.ends)
            << flow.name << ": " << played << "is " << token(after->status);
        const auto types = world.event_types();
        for (const std::string_view type : flow.once)
            EXPECT_EQ(count_of(types, type), 1U) << flow.name << ": " << played << type;
        EXPECT_EQ(count_of(types, "settlement.unexplained"), 0U) << flow.name << ": " << played;
        EXPECT_THAT(world.review_kinds(), IsEmpty()) << flow.name << ": " << played;
        if (flow.settlement_reversed)
            EXPECT_EQ(world.settlement("tx-1").status, domain::SettlementStatus::reversed)
                << flow.name << ": " << played;
    } while (std::ranges::next_permutation(order).found);
}

TEST(BacsNews, explains_the_debit_of_a_direct_debit_and_no_other) {
    BankWorld world;
    money_goes().play(world);
    EXPECT_THAT(world.event_types(), ElementsAre("direct_debit.settled"));
    auto other = moved(world, false);
    other.transaction_id = "tx-2";
    other.bacs_id = "b-2";
    other.is_direct_debit = false;
    world.tell("other", other);
    EXPECT_THAT(world.event_types(), Contains("settlement.unexplained"));
    const auto unexplained = world.read<std::vector<store::MovementRow>>([](store::Session& s) {
        return store::unexplained_movements(s, BankWorld::tenant, BankWorld::last_id, 10);
    });
    ASSERT_THAT(unexplained, SizeIs(1));
    EXPECT_EQ(unexplained[0].transaction_id, "tx-2");
}

TEST(BacsNews, opens_a_review_where_recalled_money_comes) {
    BankWorld world;
    world.tell("recalled", report(BacsSubject::credit, BacsStatus::recalled));
    money_comes().play(world);
    EXPECT_THAT(world.review_kinds(), ElementsAre("bacs_contradiction"));
    EXPECT_EQ(item(world, BacsSubject::credit)->status, BacsStatus::recalled);
}

TEST(BacsNews, publishes_a_failure_and_leaves_the_mandate_as_it_is) {
    BankWorld world;
    world.tell("initiated", report(BacsSubject::mandate, BacsStatus::initiated));
    world.tell("failed", report(BacsSubject::mandate, BacsStatus::failed));
    EXPECT_THAT(world.event_types(), ElementsAre("mandate.initiated", "mandate.failed"));
    EXPECT_EQ(item(world, BacsSubject::mandate)->status, BacsStatus::initiated);
}

class HeldCredit : public ::testing::Test {
  protected:
    void SetUp() override { world.tell("held", report(BacsSubject::credit, BacsStatus::held)); }
    CallToSend next_question() {
        world.pass(12h);
        return world.take_one();
    }
    static std::string shown(std::string_view status) {
        return fmt::format(
            R"({{"transactions":[{{"transactionId":"tx-1","debitCreditCode":"CRDT","status":"{}",)"
            R"("transactionReference":"NOV2026","transactionTime":"2027-01-15T10:00:00Z",)"
            R"("amount":{{"instructedAmount":25.50,"currency":"GBP"}}}}]}})",
            status);
    }
    BankWorld world;
};

TEST_F(HeldCredit, is_asked_for_after_twelve_hours) {
    world.pass(12h - 1s);
    EXPECT_THAT(world.take(), IsEmpty());
    world.pass(1s);
    const auto call = world.take_one();
    EXPECT_EQ(call.request.purpose, domain::CallPurpose::find_bacs_credit);
    EXPECT_NE(call.request.target.find("paymentMethodType=Bacs"), std::string::npos);
}

TEST_F(HeldCredit, goes_to_a_person_when_the_bank_never_shows_it) {
    for (int i = 0; i < 6; ++i) {
        EXPECT_THAT(world.review_kinds(), IsEmpty());
        world.reply(next_question(), 200, R"({"transactions":[]})");
    }
    EXPECT_THAT(world.review_kinds(), ElementsAre("bacs_credit_held"));
    EXPECT_THAT(world.event_types(), ElementsAre("bacs_credit.held", "bacs_credit.needs_review"));
    world.pass(48h);
    EXPECT_THAT(world.take(), IsEmpty());
    money_comes().play(world); // and then it comes
    EXPECT_THAT(world.review_kinds(), IsEmpty());
    EXPECT_EQ(item(world, BacsSubject::credit)->status, BacsStatus::settled);
}

TEST_F(HeldCredit, is_settled_by_its_webhook_alone) {
    world.reply(next_question(), 200, shown("ACSC"));
    EXPECT_EQ(item(world, BacsSubject::credit)->status, BacsStatus::held);
    money_comes().play(world);
    world.pass(12h);
    for (const auto& call : world.take()) // the next question is under way already
        world.reply(call, 200, shown("ACSC"));
    world.pass(100h);
    EXPECT_THAT(world.take(), IsEmpty());
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST_F(HeldCredit, is_asked_for_again_when_the_bank_does_not_answer) {
    for (int tries = 0; tries < 6; ++tries) {
        world.pass(12h);
        for (const auto& call : world.take())
            world.lose(call);
    }
    EXPECT_EQ(item(world, BacsSubject::credit)->status, BacsStatus::held);
}

TEST_F(HeldCredit, is_looked_for_on_every_page) {
    std::string page = R"({"transactions":[)";
    for (int i = 0; i < 50; ++i)
        page +=
            fmt::format(R"({}{{"transactionId":"o-{}","debitCreditCode":"CRDT","status":"ACSC",)"
                        R"("amount":{{"instructedAmount":1.00,"currency":"GBP"}}}})",
                        i == 0 ? "" : ",", i);
    world.reply(next_question(), 200, page + "]}");
    EXPECT_NE(world.take_one().request.target.find("pageNumber=2"), std::string::npos);
}

// A Bacs credit that a client wants sent back.
class BacsReturns : public ::testing::Test {
  protected:
    Result<ReturnAnswer> ask() {
        const auto request = std::make_shared<const ReturnRequest>(
            BankWorld::tenant, "back-1", world.settlement("tx-1").id,
            domain::ReturnReason::account_closed, world.now());
        return world.write<Result<ReturnAnswer>>(
            [&](store::Session& s) { return register_return(s, world.context(), request); });
    }
    domain::OrderStatus status() {
        const auto id = world.settlement("tx-1").id;
        return world
            .read<std::optional<store::ReturnRow>>(
                [&](store::Session& s) { return store::find_return_of(s, BankWorld::tenant, id); })
            .value()
            .status;
    }
    BankWorld world{BankWorld::chaps_settings()};
};

TEST_F(BacsReturns, end_settled_when_the_bank_says_that_the_return_was_made) {
    money_comes().play(world);
    ASSERT_TRUE(ask());
    const auto call = world.take_one();
    EXPECT_EQ(call.request.target, "/v1/Accounts/bank-04040100057354/Transactions/Returns");
    world.reply(call, 202, "");
    EXPECT_EQ(status(), domain::OrderStatus::submitted);
    money_goes_back().play(world); // in whatever order
    world.tell("returned", report(BacsSubject::credit, BacsStatus::returned));
    EXPECT_EQ(status(), domain::OrderStatus::settled);
    EXPECT_EQ(world.settlement("tx-1").status, domain::SettlementStatus::reversed);
    EXPECT_THAT(world.event_types(), Contains("return.settled"));
    world.pass(80h);
    (void)world.run_due();
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST_F(BacsReturns, are_taken_until_half_past_three_of_the_next_working_day) {
    money_comes().play(world); // on a Friday
    world.pass(72h + 7h + 30min - 1s);
    EXPECT_TRUE(ask());
}

TEST_F(BacsReturns, are_refused_from_half_past_three_of_the_next_working_day_on) {
    money_comes().play(world);
    world.pass(72h + 7h + 30min);
    const auto refused = ask();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::return_too_late);
}

} // namespace
} // namespace settled::units
