// Money that leaves by the bank: orders for loans, and debits that no order explains.
#include "store/queries/restored.h"
#include "units/calls/hold.h"
#include "units/catch_up/learnt.h"
#include "units/postings/loan_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::OrderStatus;
using testing::BankWorld;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::iban_of_loan;
using ::testing::IsEmpty;
using testing::LoanWorld;
using ::testing::Not;
using Kind = testing::Kind;

domain::Order loan_order(LoanWorld& world, std::string_view core_banking = "") {
    auto asked = world.new_order("payout-1", 10'000);
    asked.loan_account_id = "LN-1";
    asked.core_banking = core_banking;
    const auto order = world.ask(asked).value().order;
    world.reply(world.take_one(), 202, BankWorld::accepted({order.end_to_end_id}));
    return order;
}

TEST(LoanOrder, is_posted_as_one_disbursement_when_settled) {
    LoanWorld world;
    world.link();
    const auto order = loan_order(world);
    EXPECT_EQ(order.core_banking, "mambu") << "by the loan's link";
    world.run_core();
    EXPECT_THAT(world.posted(), IsEmpty());
    world.tell("settled", world.debit(order, "TX-1"));
    world.tell("settled", world.debit(order, "TX-1"));
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("disbursement posted"));
    const auto made = world.mambu().of_loan("LN-1", "DISBURSEMENT");
    ASSERT_EQ(made.size(), 1U);
    EXPECT_EQ(made[0]->external_id, "TX-1-DR");
    EXPECT_EQ(made[0]->channel, "CB_Loan_Disbursement_FPS");
    EXPECT_EQ(made[0]->amount, "100.00");
    EXPECT_EQ(made[0]->fields.at("transactionEndToEndId"), order.end_to_end_id);
}

TEST(LoanOrder, is_not_posted_when_rejected) {
    LoanWorld world;
    world.link();
    const auto order = loan_order(world);
    world.tell("rejected", BankWorld::outcome(order, Kind::rejected, "AC04"));
    world.run_core();
    EXPECT_THAT(world.posted(), IsEmpty());
}

TEST(LoanOrder, is_adjusted_once_when_returned) {
    LoanWorld world;
    world.link();
    const auto order = loan_order(world);
    world.tell("settled", world.debit(order, "TX-1"));
    world.run_core();
    world.tell("returned", world.given_back(order, "TX-2"));
    world.tell("returned again", world.given_back(order, "TX-2"));
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("disbursement adjusted", "adjustment posted"));
    EXPECT_EQ(world.mambu().of_loan("LN-1", "DISBURSEMENT_ADJUSTMENT").size(), 1U);
}

// A restored store has forgotten the order: its debit is posted as one that the bank has started. Then
// the client gives the order again.
TEST(LoanOrder, whose_debit_was_posted_before_it_was_known_is_adjusted_when_returned) {
    LoanWorld world;
    world.link();
    world.write<void>([&](store::Session& s) { return mark_restored(s, world.now()); });
    const store::RestoreEnd end{LoanWorld::tenant, world.now(), world.now(), "ben", "compared"};
    world.write<void>([&](store::Session& s) { return store::put_restore_end(s, end); });
    auto asked = world.new_order("payout-1", 10'000);
    asked.loan_account_id = "LN-1";
    asked.debtor = testing::party(iban_of_loan);
    domain::Order forgotten;
    forgotten.end_to_end_id =
        world.context().derived_ids->end_to_end_id(LoanWorld::tenant, "clearbank", "payout-1");
    forgotten.amount = asked.amount;
    const auto on_loans_account = [](domain::SettlementFact fact) {
        fact.account = testing::party(iban_of_loan);
        return fact;
    };
    world.tell("settled", on_loans_account(world.debit(forgotten, "TX-1")));
    world.run_core();
    ASSERT_THAT(world.posted(), ElementsAre("disbursement posted"));
    const auto order = world.ask(asked).value().order;
    world.reply(world.take_one(), 200, BankWorld::shown_debit(order, "TX-1"));
    ASSERT_EQ(world.status_of("payout-1"), OrderStatus::settled);
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("disbursement posted"));
    world.tell("returned", on_loans_account(world.given_back(order, "TX-2")));
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("disbursement adjusted", "adjustment posted"));
}

TEST(LoanOrder, is_not_posted_when_returned_before_its_settlement_was_posted) {
    LoanWorld world;
    world.link();
    const auto order = loan_order(world);
    world.tell("settled", world.debit(order, "TX-1"));
    world.tell("returned", world.given_back(order, "TX-2"));
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("disbursement cancelled"));
    EXPECT_THAT(world.mambu().of_loan("LN-1", "DISBURSEMENT"), IsEmpty());
}

TEST(LoanOrder, names_a_core_banking_system_of_its_bank) {
    LoanWorld world;
    auto asked = world.new_order("payout-1", 10'000);
    asked.loan_account_id = "LN-9";
    EXPECT_EQ(world.ask(asked).value().order.core_banking, "") << "the loan has no link";
    asked.client_id = "payout-2";
    asked.core_banking = "clearbank";
    EXPECT_EQ(world.ask(asked).error().code, Code::connector_unknown);
}

domain::SettlementFact debit_of_loan(LoanWorld& world, std::string_view transaction,
                                     std::string_view end_to_end_id = "PORTAL-1") {
    domain::SettlementFact fact = world.fact(10'000);
    fact.credit = false;
    fact.transaction_id = transaction;
    fact.end_to_end_id = end_to_end_id;
    fact.account = testing::party(iban_of_loan);
    fact.counterparty = testing::party("GB29NWBK60161331926819", "Ann Lee");
    return fact;
}

TEST(UnexplainedDebit, on_a_linked_account_is_posted_as_a_disbursement) {
    LoanWorld world;
    world.link();
    world.add_endpoint("*");
    world.tell("debit", debit_of_loan(world, "TX-1"));
    world.tell("debit", debit_of_loan(world, "TX-1"));
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("disbursement posted"));
    const auto made = world.mambu().of_loan("LN-1", "DISBURSEMENT");
    ASSERT_EQ(made.size(), 1U);
    EXPECT_EQ(made[0]->external_id, "TX-1-DR");
    EXPECT_THAT(world.event_types(), Not(Contains("settlement.unexplained")));
}

TEST(UnexplainedDebit, with_the_key_of_a_booking_stays_unexplained) {
    LoanWorld world;
    world.link();
    world.add_endpoint("*");
    const auto booked = world.mambu().book("LN-1", "100.00", world.now(), "Cash");
    world.tell("debit", debit_of_loan(world, "TX-1", booked.key));
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("disbursement cancelled"));
    EXPECT_THAT(world.event_types(), Contains("settlement.unexplained"));
    EXPECT_EQ(world.mambu().of_loan("LN-1", "DISBURSEMENT").size(), 1U);
}

TEST(UnexplainedDebit, with_the_key_of_a_booking_stays_unexplained_after_a_restore) {
    LoanWorld world;
    world.link();
    const auto booked = world.mambu().book("LN-1", "100.00", world.now(), "Cash");
    world.tell("debit", debit_of_loan(world, "TX-1", booked.key));
    world.write<void>([&](store::Session& s) { return mark_restored(s, world.now()); });
    world.write<void>([&](store::Session& s) {
        return catch_up_bookings(s, {world.context(), LoanWorld::tenant, world.now()},
                                 LoanWorld::core, world.now());
    });
    world.run_core();
    const store::RestoreEnd end{LoanWorld::tenant, world.now(), world.now(), "ben", "compared"};
    world.write<void>([&](store::Session& s) { return store::put_restore_end(s, end); });
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("disbursement cancelled"));
    EXPECT_EQ(world.mambu().of_loan("LN-1", "DISBURSEMENT").size(), 1U);
}

TEST(UnexplainedDebit, with_an_id_that_only_looks_like_a_key_is_posted) {
    LoanWorld world;
    world.link();
    world.tell("debit", debit_of_loan(world, "TX-1", "0123456789abcdef0123456789abcdef"));
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("disbursement posted"));
}

TEST(UnexplainedDebit, elsewhere_is_reported) {
    LoanWorld world;
    world.link();
    world.add_endpoint("*");
    auto fact = debit_of_loan(world, "TX-1");
    fact.account = testing::party(testing::iban_of_shop);
    world.tell("debit", fact);
    auto bacs = debit_of_loan(world, "TX-2");
    bacs.scheme = "Bacs";
    world.tell("bacs", bacs);
    world.run_core();
    EXPECT_THAT(world.posted(), IsEmpty());
    EXPECT_EQ(std::ranges::count(world.event_types(), "settlement.unexplained"), 2);
}

// Both legs of an internal transfer may have one id.
TEST(UnexplainedDebit, and_the_credit_with_the_same_id_are_two_postings) {
    LoanWorld world;
    world.link();
    auto debit = debit_of_loan(world, "TX-1");
    debit.scheme = "Transfer";
    world.tell("debit", debit);
    world.credit("TX-1", 10'000, iban_of_loan, "Transfer");
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("disbursement posted", "repayment posted"));
}

// The bank's list does not say what is a return. One that names money which came in may be its return.
TEST(UnexplainedDebit, is_not_posted_when_only_the_query_shows_it_and_it_may_be_a_return) {
    for (const bool is_return : {true, false}) {
        LoanWorld world;
        world.link();
        world.credit("TX-1");
        world.run_core();
        connectors::clearbank::BankTransaction shown;
        shown.transaction_id = "TX-9";
        shown.end_to_end_id = is_return ? "E2E-TX-1" : "PORTAL-1";
        shown.amount = testing::gbp(10'000);
        shown.status = "ACSC";
        shown.scheme = "FasterPayments";
        shown.account = testing::party(iban_of_loan);
        shown.time = shown.settled_at = world.now();
        world.write<void>([&](store::Session& s) -> store::Step<> {
            const auto bank = co_await find_bank(s, LoanWorld::tenant, LoanWorld::connector);
            const UnitScope work{world.context(), LoanWorld::tenant, world.now()};
            (void)co_await learn_transaction(s, work, *bank, shown, false);
        });
        world.run_core();
        if (!is_return) {
            EXPECT_THAT(world.posted(), ElementsAre("repayment posted", "disbursement posted"));
            continue;
        }
        EXPECT_THAT(world.posted(), ElementsAre("repayment posted"));
        world.tell("back", world.returned("TX-9"));
        world.pass_watermark();
        world.run_core();
        EXPECT_THAT(world.posted(), ElementsAre("repayment adjusted", "adjustment posted"));
        EXPECT_THAT(world.review_kinds(), IsEmpty());
    }
}

} // namespace
} // namespace settled::units
