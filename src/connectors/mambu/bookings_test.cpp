#include "connectors/mambu/bookings.h"

#include "wire/time.h"

#include <gtest/gtest.h>

namespace settled::connectors::mambu {
namespace {

using domain::CallPurpose;

const Currency gbp = *Currency::parse("GBP");

// As documented (schema LoanTransaction).
constexpr std::string_view documented =
    R"({"encodedKey":"8a8186e57f1f","id":"92","externalId":"tx-1-CR","parentAccountKey":"8a81loan",)"
    R"("creationDate":"2026-11-22T10:00:01Z","valueDate":"2026-11-22T00:00:00+00:00","type":"DISBURSEMENT",)"
    R"("amount":100.50,"affectedAmounts":{"principalAmount":100.5},"transactionDetails":)"
    R"({"encodedKey":"8a81d","transactionChannelKey":"8a81c","transactionChannelId":"MBU_Loan_Disbursement_FPS"},)"
    R"("adjustmentTransactionKey":null,"_ClearBank_Transaction":{"creditorName":"Ann Lee",)"
    R"("creditorIBAN":"GB33BUKB20201555555555","paymentReference":"LOAN 4711","transactionStatus":"Settled"}})";

Instant at(std::string_view text) {
    return *wire::parse_rfc3339(text);
}

NewBooking new_booking() {
    NewBooking booking;
    booking.loan_id = "LN-1";
    booking.amount = Money{10'050, gbp};
    booking.settled_at = at("2026-07-01T22:30:00.500Z");
    booking.channel_id = "CB_Loan_Repayment_FPS";
    booking.external_id = "tx-1-CR";
    booking.details.debtor.name = "Bob";
    booking.details.end_to_end_id = "E2E-1";
    return booking;
}

TEST(MambuBookings, a_booking_is_asked_for_by_id_and_by_external_id) {
    const auto read = read_booking_request("8a/1");
    EXPECT_EQ(read.purpose, CallPurpose::read_booking);
    EXPECT_EQ(read.method, "GET");
    EXPECT_EQ(read.target, "/loans/transactions/8a%2F1?detailsLevel=FULL");
    const auto find = find_booking_request("tx-1-CR");
    EXPECT_EQ(find.purpose, CallPurpose::find_bookings);
    EXPECT_EQ(find.method, "POST");
    EXPECT_EQ(find.target, "/loans/transactions:search?detailsLevel=FULL&offset=0&limit=2");
    EXPECT_EQ(
        find.body,
        R"({"filterCriteria":[{"field":"externalId","operator":"EQUALS_CASE_SENSITIVE","value":"tx-1-CR"}]})");
}

TEST(MambuBookings, bookings_of_a_channel_are_listed_from_the_day_before) {
    const auto list = find_bookings_request("MBU_Loan_Disbursement_FPS", at("2026-07-01T23:30:00Z"),
                                            TimeZone(), 50);
    EXPECT_EQ(list.target, "/loans/transactions:search?detailsLevel=FULL&offset=50&limit=50");
    EXPECT_EQ(
        list.body,
        R"({"filterCriteria":[{"field":"transactionDetails.transactionChannelId","operator":"EQUALS",)"
        R"("value":"MBU_Loan_Disbursement_FPS"},{"field":"creationDate","operator":"AFTER","value":"2026-07-01"}],)"
        R"("sortingCriteria":{"field":"creationDate","order":"ASC"}})");
}

TEST(MambuBookings, a_booking_is_read) {
    const auto booking = read_booking(documented, TransactionFields{});
    ASSERT_TRUE(booking.has_value()) << booking.error().detail;
    EXPECT_EQ(booking->encoded_key, "8a8186e57f1f");
    EXPECT_EQ(booking->id, "92");
    EXPECT_EQ(booking->external_id, "tx-1-CR");
    EXPECT_EQ(booking->loan_key, "8a81loan");
    EXPECT_TRUE(booking->is_disbursement());
    EXPECT_FALSE(booking->is_adjusted());
    EXPECT_EQ(booking->channel_id, "MBU_Loan_Disbursement_FPS");
    EXPECT_EQ(booking->created_at, at("2026-11-22T10:00:01Z"));
    EXPECT_EQ(booking->value_date, at("2026-11-22T00:00:00Z"));
    EXPECT_EQ(booking->details.creditor.name, "Ann Lee");
    EXPECT_EQ(booking->details.creditor.iban, "GB33BUKB20201555555555");
    EXPECT_EQ(booking->details.reference, "LOAN 4711");
    EXPECT_EQ(booking->details.status, "Settled");
    EXPECT_EQ(booking->details.creditor.sort_code, "");
    EXPECT_EQ(*booking->amount_in("GBP"), (Money{10'050, gbp}));
}

TEST(MambuBookings, only_whole_pence_above_nothing_are_an_amount) {
    Booking booking;
    for (const char* good : {"1", "1.5", "1.50", "1.5000000000"}) {
        booking.amount = good;
        EXPECT_TRUE(booking.amount_in("GBP").has_value()) << good;
    }
    for (const char* bad : {"0", "0.001", "1.505", "-1", "1e2", ""}) {
        booking.amount = bad;
        EXPECT_FALSE(booking.amount_in("GBP").has_value()) << bad;
    }
    booking.amount = "1";
    EXPECT_FALSE(booking.amount_in("").has_value());
}

TEST(MambuBookings, an_adjusted_booking_names_its_adjustment) {
    const auto booking = read_booking(
        R"({"encodedKey":"a","parentAccountKey":"l","type":"REPAYMENT","amount":1,"adjustmentTransactionKey":"b"})",
        TransactionFields{});
    EXPECT_TRUE(booking->is_adjusted());
    EXPECT_EQ(booking->adjustment_key, "b");
    const auto adjustment = read_booking(
        R"({"encodedKey":"b","parentAccountKey":"l","type":"REPAYMENT_ADJUSTMENT","amount":1,"originalTransactionKey":"a"})",
        TransactionFields{});
    EXPECT_EQ(adjustment->original_key, "a");
}

TEST(MambuBookings, a_body_without_its_parts_is_no_booking) {
    for (const char* body :
         {"", "[]", R"({"parentAccountKey":"l","type":"REPAYMENT","amount":1})",
          R"({"encodedKey":"a","type":"REPAYMENT","amount":1})",
          R"({"encodedKey":"a","parentAccountKey":"l","amount":1})",
          R"({"encodedKey":"a","parentAccountKey":"l","type":"REPAYMENT"})",
          R"({"encodedKey":"a","parentAccountKey":"l","type":"REPAYMENT","amount":"1"})"}) {
        const auto booking = read_booking(body, TransactionFields{});
        ASSERT_FALSE(booking.has_value()) << body;
        EXPECT_EQ(booking.error().code, Code::reply_unreadable);
    }
    EXPECT_FALSE(read_bookings("[{}]", TransactionFields{}).has_value());
    const auto page = read_bookings("[" + std::string(documented) + "]", TransactionFields{});
    EXPECT_EQ(page->bookings.size(), 1U);
    EXPECT_TRUE(page->is_last);
}

TEST(MambuBookings, a_repayment_is_written_with_its_bank_s_ids_and_the_organisation_s_time) {
    Settings settings;
    settings.prepayment =
        R"({"prepaymentRecalculationMethod":"RECALCULATE_SCHEDULE_KEEP_SAME_TERMS"})";
    const auto request = repayment_request(settings, new_booking());
    EXPECT_EQ(request.purpose, CallPurpose::post_repayment);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/loans/LN-1/repayment-transactions");
    EXPECT_EQ(request.body,
              R"({"amount":100.50,"valueDate":"2026-07-01T23:30:00+01:00","externalId":"tx-1-CR",)"
              R"("transactionDetails":{"transactionChannelId":"CB_Loan_Repayment_FPS"},)"
              R"("_ClearBank_Transaction":{"debtorName":"Bob","transactionEndToEndId":"E2E-1"},)"
              R"("prepaymentRecalculationMethod":"RECALCULATE_SCHEDULE_KEEP_SAME_TERMS"})");
}

TEST(MambuBookings, a_disbursement_has_no_members_of_prepayments) {
    Settings settings;
    settings.prepayment = R"({"advanceRepayment":true})";
    settings.transaction_fields.end_to_end_id = {"_Other", "e2e"};
    NewBooking booking = new_booking();
    booking.channel_id = "CB_Loan_Disbursement_FPS";
    booking.notes = "paid out";
    booking.details.creditor.name = "Ann";
    const auto request = disbursement_request(settings, booking);
    EXPECT_EQ(request.purpose, CallPurpose::post_disbursement);
    EXPECT_EQ(request.target, "/loans/LN-1/disbursement-transactions");
    EXPECT_EQ(
        request.body,
        R"({"amount":100.50,"valueDate":"2026-07-01T23:30:00+01:00","externalId":"tx-1-CR","notes":"paid out",)"
        R"("transactionDetails":{"transactionChannelId":"CB_Loan_Disbursement_FPS"},)"
        R"("_ClearBank_Transaction":{"creditorName":"Ann","debtorName":"Bob"},"_Other":{"e2e":"E2E-1"}})");
}

TEST(MambuBookings, an_adjustment_has_a_note) {
    const auto request = adjustment_request("8a/1", "rejected by the bank: AC01");
    EXPECT_EQ(request.purpose, CallPurpose::post_adjustment);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/loans/transactions/8a%2F1:adjust");
    EXPECT_EQ(request.body, R"({"notes":"rejected by the bank: AC01"})");
}

} // namespace
} // namespace settled::connectors::mambu
