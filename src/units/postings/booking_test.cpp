// Disbursements that are booked in the core banking system: which are paid, and what their payment's
// outcome means for them.
#include "units/postings/booking_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::CallPurpose;
using domain::OrderStatus;
using testing::BankWorld;
using testing::BookingWorld;
using ::testing::Contains;
using testing::CoreModel;
using ::testing::ElementsAre;
using testing::Fate;
using ::testing::IsEmpty;
using testing::LoanWorld;
using Kind = testing::Kind;
using namespace std::chrono_literals;

TEST(Booking, becomes_one_order_whose_end_to_end_id_is_its_key) {
    BookingWorld world;
    const std::string key = world.booked();
    ASSERT_EQ(world.orders().size(), 1U);
    const auto order = world.orders()[0];
    EXPECT_EQ(order.end_to_end_id, key);
    EXPECT_EQ(order.scheme, "fps");
    EXPECT_EQ(order.amount, testing::gbp(10'000));
    EXPECT_EQ(order.creditor.iban, "GB29NWBK60161331926819");
    EXPECT_EQ(order.loan_account_id, "LN-1");
    EXPECT_EQ(order.core_banking, "mambu");
    EXPECT_EQ(order.debtor.name, "Lender Ltd");
    EXPECT_EQ(world.booking(key).status, "ordered");
    EXPECT_EQ(world.take_one().request.target, "/v3/payments/fps");
}

TEST(Booking, is_paid_once_under_several_ids) {
    BookingWorld world;
    const auto made = world.mambu().book("LN-1", "100.00", world.now());
    world.disbursed(made, "first template");
    world.disbursed(made, "second template");
    world.run_core();
    world.core_says("by its key", {domain::CoreBankFact::Event::loan_disbursed, "LN-1", made.key});
    world.run_core();
    EXPECT_EQ(world.orders().size(), 1U);
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST(Booking, is_read_again_while_the_core_banking_system_does_not_show_it) {
    BookingWorld world;
    const auto made = world.mambu().book("LN-1", "100.00", world.now());
    world.mambu().hides_transactions = true;
    world.disbursed(made);
    world.run_core();
    world.pass(10s);
    world.run_core();
    EXPECT_THAT(world.orders(), IsEmpty());
    EXPECT_THAT(world.review_kinds(), IsEmpty());
    world.mambu().hides_transactions = false;
    world.pass(60s);
    world.run_core();
    EXPECT_EQ(world.orders().size(), 1U);
}

TEST(Booking, is_put_to_review_when_it_is_never_shown) {
    BookingWorld world;
    const auto made = world.mambu().book("LN-1", "100.00", world.now());
    world.mambu().hides_transactions = true;
    world.disbursed(made);
    world.run_long();
    EXPECT_THAT(world.orders(), IsEmpty());
    EXPECT_THAT(world.review_kinds(), ElementsAre("booking_not_payable"));
    // A person has it read again.
    world.mambu().hides_transactions = false;
    const auto review = world.reviews()[0];
    const auto ruled = world.write<Result<>>([&](store::Session& s) {
        return rule_on_booking(s, {world.context(), LoanWorld::tenant, world.now()},
                               BookingId{review.subject_id}, BookingRuling::try_again);
    });
    ASSERT_TRUE(ruled.has_value()) << ruled.error().detail;
    world.run_core();
    EXPECT_EQ(world.orders().size(), 1U);
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

struct RefusedRow {
    std::string_view name;
    std::function<void(BookingWorld&, CoreModel::Transaction&)> spoil;
    std::string_view code;
};

TEST(Booking, goes_to_review_or_is_taken_back_by_setting_when_it_cannot_be_paid) {
    const std::array rows{
        RefusedRow{"currency",
                   [](auto& world, auto&) { world.mambu().loans.at("LN-1").currency = "EUR"; },
                   "currency_unknown"},
        RefusedRow{"parts of a penny", [](auto&, auto& t) { t.amount = "100.005"; },
                   "amount_invalid"},
        RefusedRow{"above the scheme's limit", [](auto&, auto& t) { t.amount = "1000000.01"; },
                   "amount_invalid"},
        RefusedRow{"no creditor", [](auto&, auto& t) { t.fields.erase("creditorName"); },
                   "member_missing"},
        RefusedRow{"no account", [](auto&, auto& t) { t.fields.erase("creditorIBAN"); },
                   "member_missing"},
        RefusedRow{"a wrong IBAN",
                   [](auto&, auto& t) { t.fields["creditorIBAN"] = "GB00NWBK60161331926819"; },
                   "iban_invalid"},
        RefusedRow{"a reference that is too long",
                   [](auto&, auto& t) { t.fields["paymentReference"] = std::string(19, 'A'); },
                   "value_invalid"},
    };
    for (const RefusedRow& row : rows) {
        SCOPED_TRACE(row.name);
        for (const bool adjusts : {false, true}) {
            BookingWorld world(adjusts ? R"("booking_not_payable":"adjust")" : "");
            auto& made = world.mambu().book("LN-1", "100.00", world.now());
            const std::string key = made.key;
            row.spoil(world, made);
            world.disbursed(made);
            world.run_core();
            EXPECT_THAT(world.orders(), IsEmpty());
            EXPECT_EQ(world.booking(key).reason_code, row.code);
            EXPECT_EQ(world.mambu().find(key)->adjustment_key.empty(), !adjusts);
            EXPECT_EQ(world.review_kinds().size(), adjusts ? 0U : 1U);
            EXPECT_EQ(world.booking(key).status, adjusts ? "adjusted" : "not_payable");
        }
    }
}

// Of two reviewers one has it taken back. Until the core banking system shows that, it looks payable.
TEST(Booking, is_not_paid_while_it_is_being_taken_back) {
    BookingWorld world;
    auto& made = world.mambu().book("LN-1", "100.00", world.now());
    const std::string key = made.key;
    made.fields.erase("creditorName");
    world.disbursed(made);
    world.run_core();
    world.mambu().find(key)->fields["creditorName"] = "Ann Lee";
    const auto rule = [&](BookingRuling ruling) {
        const BookingId id = world.booking(key).id;
        return world.write<Result<>>([&](store::Session& s) {
            return rule_on_booking(s, {world.context(), LoanWorld::tenant, world.now()}, id,
                                   ruling);
        });
    };
    ASSERT_TRUE(rule(BookingRuling::adjust));
    const auto second = rule(BookingRuling::try_again);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Code::state_conflict);
    world.run_core();
    EXPECT_THAT(world.orders(), IsEmpty());
    EXPECT_EQ(world.booking(key).status, "adjusted");
}

TEST(Booking, is_left_alone_when_it_asks_for_no_payment) {
    BookingWorld world(R"("booking_not_payable":"adjust")");
    // What we have posted ourselves, and what is paid elsewhere.
    world.booked("100.00", "CB_Loan_Disbursement_FPS");
    world.booked("100.00", "Cash");
    auto& adjusted = world.mambu().book("LN-1", "100.00", world.now());
    adjusted.adjustment_key = "taken back by hand";
    world.disbursed(adjusted);
    world.run_core();
    EXPECT_THAT(world.orders(), IsEmpty());
    EXPECT_THAT(world.review_kinds(), IsEmpty());
    EXPECT_THAT(world.posted(), IsEmpty());
}

TEST(Booking, is_never_paid_or_taken_back_by_itself_when_older_than_the_connector) {
    BookingWorld world(R"("booking_not_payable":"adjust")");
    auto& made = world.mambu().book("LN-1", "100.00", Instant{world.now().us - 3'600'000'000});
    const std::string key = made.key;
    world.disbursed(made);
    world.run_core();
    EXPECT_THAT(world.orders(), IsEmpty());
    EXPECT_EQ(world.booking(key).reason_code, "booked_before");
    EXPECT_THAT(world.review_kinds(), ElementsAre("booking_not_payable"));
    EXPECT_TRUE(world.mambu().find(key)->adjustment_key.empty());
}

TEST(Booking, by_chaps_takes_the_creditors_address_from_the_loans_holder) {
    BookingWorld world(
        R"("chaps":{"debtor_address":{"street_name":"High Street","town_name":"London",)"
        R"("country":"GB","post_code":"N1 1AA"}})");
    const std::string key = world.booked("100.00", "MBU_Loan_Disbursement_CHAPS");
    ASSERT_EQ(world.orders().size(), 1U) << world.booking(key).reason;
    EXPECT_EQ(world.orders()[0].scheme, "chaps");
    EXPECT_EQ(world.orders()[0].creditor_address.town_name, "London");
    EXPECT_EQ(world.orders()[0].purpose, "LOAN");
}

TEST(BookedOrder, writes_the_status_of_its_booking_when_settled) {
    BookingWorld world;
    const std::string key = world.booked();
    const auto order = world.pay();
    world.tell("settled", world.debit(order, "TX-1"));
    world.tell("settled", world.debit(order, "TX-1"));
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("status posted"));
    EXPECT_EQ(world.mambu().find(key)->fields["transactionStatus"], "Settled");
    // Its disbursement is booked already: none is posted.
    EXPECT_EQ(world.mambu().of_loan("LN-1", "DISBURSEMENT").size(), 1U);
}

TEST(BookedOrder, waits_while_held_and_says_so) {
    BookingWorld world;
    const std::string key = world.booked();
    const auto order = world.pay();
    world.tell("held", BankWorld::outcome(order, Kind::held));
    world.run_core();
    EXPECT_EQ(world.mambu().find(key)->fields["transactionStatus"], "Held");
    world.tell("settled", world.debit(order, "TX-1"));
    world.run_core();
    EXPECT_EQ(world.mambu().find(key)->fields["transactionStatus"], "Settled");
}

// However the replies come, the last status stands.
TEST(BookedOrder, writes_its_statuses_one_after_the_other) {
    BookingWorld world;
    const std::string key = world.booked();
    const auto order = world.pay();
    world.tell("held", BankWorld::outcome(order, Kind::held));
    bool first = true;
    world.run_core([&](const CallToSend& call) {
        const bool loses = first && call.request.purpose == CallPurpose::write_booking_fields;
        first = first && !loses;
        return loses ? Fate::lost_before : Fate::answered;
    });
    world.tell("settled", world.debit(order, "TX-1"));
    world.run_long();
    EXPECT_EQ(world.mambu().find(key)->fields["transactionStatus"], "Settled");
    EXPECT_THAT(world.posted(), ElementsAre("status posted", "status posted"));
}

TEST(BookedOrder, takes_its_booking_back_once_when_it_fails) {
    for (const bool lost : {false, true}) {
        BookingWorld world;
        const std::string key = world.booked();
        const auto order = world.pay();
        world.tell("rejected", BankWorld::outcome(order, Kind::rejected, "AC04"));
        world.tell("rejected again", BankWorld::outcome(order, Kind::rejected, "AC04"));
        bool first = true;
        world.run_core([&](const CallToSend& call) {
            const bool loses =
                lost && first && call.request.purpose == CallPurpose::post_adjustment;
            first = first && !loses;
            return loses ? Fate::lost_after : Fate::answered;
        });
        world.run_long();
        EXPECT_THAT(world.posted(), ElementsAre("adjustment posted"));
        EXPECT_EQ(world.mambu().of_loan("LN-1", "DISBURSEMENT_ADJUSTMENT").size(), 1U);
        EXPECT_THAT(world.mambu().find(key)->note, ::testing::HasSubstr("AC04"));
        EXPECT_EQ(world.booking(key).status, "adjusted");
        // It is not paid again: it is booked again.
        const auto again = world.write<Result<OrderAnswer>>([&](store::Session& s) {
            return retry_order(s, world.context(), LoanWorld::tenant, order.id, "again",
                               world.now(), "");
        });
        ASSERT_FALSE(again.has_value());
        EXPECT_EQ(again.error().code, Code::booking_adjusted);
    }
}

TEST(BookedOrder, takes_its_booking_back_when_returned) {
    BookingWorld world;
    const std::string key = world.booked();
    const auto order = world.pay();
    world.tell("settled", world.debit(order, "TX-1"));
    world.run_core();
    world.tell("returned", world.given_back(order, "TX-2"));
    world.run_core();
    EXPECT_FALSE(world.mambu().find(key)->adjustment_key.empty());
    EXPECT_THAT(world.posted(), ElementsAre("status posted", "adjustment posted"));
}

TEST(BookedOrder, whose_booking_a_person_took_back_counts_as_taken_back) {
    BookingWorld world;
    const std::string key = world.booked();
    const auto order = world.pay();
    world.mambu().find(key)->adjustment_key = "by hand";
    world.tell("rejected", BankWorld::outcome(order, Kind::rejected, "AC04"));
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("adjustment posted"));
    EXPECT_THAT(world.core_calls(CallPurpose::post_adjustment), IsEmpty());
    EXPECT_THAT(world.review_kinds(), IsEmpty());
}

TEST(BookedOrder, goes_to_review_when_settled_although_a_person_took_its_booking_back) {
    BookingWorld world;
    const std::string key = world.booked();
    const auto order = world.pay();
    world.mambu().find(key)->adjustment_key = "by hand";
    world.tell("settled", world.debit(order, "TX-1"));
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("status needs_review"));
    EXPECT_THAT(world.review_kinds(), ElementsAre("posting_failed"));
    EXPECT_THAT(world.core_calls(CallPurpose::post_adjustment), IsEmpty());
}

TEST(BookedOrder, whose_booking_cannot_be_taken_back_is_put_to_review) {
    BookingWorld world;
    world.booked();
    const auto order = world.pay();
    world.mambu().refuses_adjustments = true;
    world.tell("rejected", BankWorld::outcome(order, Kind::rejected, "AC04"));
    world.run_core();
    EXPECT_THAT(world.posted(), ElementsAre("adjustment needs_review"));
    EXPECT_THAT(world.review_kinds(), ElementsAre("posting_failed"));
}

TEST(BookedOrder, like_an_order_of_the_same_loan_waits_for_a_person) {
    BookingWorld world;
    auto asked = world.new_order("payout-1", 10'000);
    asked.loan_account_id = "LN-1";
    asked.creditor = testing::party("GB29NWBK60161331926819", "Ann Lee");
    ASSERT_TRUE(world.ask(asked).has_value());
    const std::string key = world.booked();
    EXPECT_THAT(world.review_kinds(), ElementsAre("possible_duplicate"));
    const auto second = world.orders()[1];
    EXPECT_EQ(second.status, OrderStatus::needs_review);
    const auto ruled = world.write<Result<OrderAnswer>>([&](store::Session& s) {
        return rule_on_order(s, world.context(),
                             {.tenant = LoanWorld::tenant,
                              .order = second.id,
                              .ruling = OrderRuling::never_paid,
                              .reason = "it is the same",
                              .actor = "ben",
                              .now = world.now()});
    });
    ASSERT_TRUE(ruled.has_value());
    world.run_core();
    EXPECT_FALSE(world.mambu().find(key)->adjustment_key.empty());
}

} // namespace
} // namespace settled::units
