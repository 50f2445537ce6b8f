#include "sandbox/bank/payments/payments_test.h"

#include <set>

namespace settled::sandbox {
namespace {

TEST_F(PaymentsTest, a_payment_settles_and_is_booked_as_instructed) {
    const net::Reply reply = pay({{}}, "pay-1");
    EXPECT_EQ(reply.status, 202);
    EXPECT_EQ(responses(reply), std::vector<std::string>{"Accepted"});
    const wire::JsonDocument settled = std::move(await_webhooks("TransactionSettled", 1)[0]);
    EXPECT_EQ(text_at(settled, "Scheme"), "FasterPayments");
    EXPECT_EQ(text_at(settled, "DebitCreditCode"), "Debit");
    EXPECT_EQ(text_at(settled, "EndToEndTransactionId"), "E2E-1");
    EXPECT_EQ(text_at(settled, "Amount"), "12.34");
    EXPECT_EQ(text_at(settled, "IsReturn"), "false");
    EXPECT_EQ(supplement(settled, "Amount"), "1234.0"); // pence
    EXPECT_EQ(settled.root().member("Account")->member("IBAN")->string(), real_iban());

    const Booking* const booking = sandbox_->ledger().payment_out("E2E-1");
    ASSERT_NE(booking, nullptr);
    EXPECT_EQ(booking->amount.minor, 1234);
    EXPECT_EQ(booking->state, BookingState::settled);
    EXPECT_EQ(booking->request_id, "pay-1");
    EXPECT_EQ(booking->transaction_id, text_at(settled, "TransactionId"));
    EXPECT_EQ(booking->scheme_id, text_at(settled, "ActualEndToEndTransactionId"));
}

TEST_F(PaymentsTest, each_item_of_a_call_has_its_response) {
    control("PUT", "/bank/funds", R"({"amount":"100.00"})");
    rules(R"({"end_to_end_id_prefix":"refuse","outcome":"item_response","word":"Rejected"})");
    const net::Reply reply =
        pay({{.end_to_end_id = "a", .amount = "60"},
             {.end_to_end_id = "b", .amount = "60.00"}, // the funds are for one of them
             {.end_to_end_id = "c", .creditor_iban = "GB30NWBK60161331926819"},
             {.end_to_end_id = "refused", .amount = "1"}});
    EXPECT_EQ(reply.status, 202);
    EXPECT_EQ(responses(reply), (std::vector<std::string>{"Accepted", "InsufficientFunds",
                                                          "InvalidAccount", "Rejected"}));
    EXPECT_EQ(sandbox_->ledger().all().size(), 1U);
    EXPECT_EQ(sandbox_->ledger().balance_minor(), 4000);

    const net::Reply none = pay({{.end_to_end_id = "d", .amount = "60"}});
    EXPECT_EQ(none.status, 400); // of the same shape when every item failed
    EXPECT_EQ(responses(none), std::vector<std::string>{"InsufficientFunds"});
}

TEST_F(PaymentsTest, a_debtor_account_must_be_the_institutions_and_enabled) {
    const std::string iban = open_account("loan-1");
    EXPECT_EQ(post("/v3/payments/fps", fps_body(iban, {{.end_to_end_id = "a"}})).status, 202);
    EXPECT_TRUE(sandbox_->accounts().disable(sandbox_->accounts().by_iban(iban)->id));
    EXPECT_EQ(responses(post("/v3/payments/fps", fps_body(iban, {{.end_to_end_id = "b"}}))),
              std::vector<std::string>{"DebitPaymentDisabled"});
    EXPECT_EQ(responses(post("/v3/payments/fps", fps_body("GB29NWBK60161331926819", {{}}))),
              std::vector<std::string>{"InvalidAccount"});
}

TEST_F(PaymentsTest, an_end_to_end_id_is_booked_once) {
    EXPECT_EQ(pay({{}}).status, 202);
    EXPECT_EQ(responses(pay({{.amount = "99.00"}})), std::vector<std::string>{"Accepted"});
    const auto failed = await_webhooks("PaymentMessageAssesmentFailed", 1);
    EXPECT_EQ(only_reason(failed[0], "AssesmentFailure"),
              "Duplicate transaction has been detected");
    const wire::JsonDocument summary = control_json("/bank/ledger/summary");
    EXPECT_EQ(summary.root().member("duplicates")->integer(), 0);
    EXPECT_EQ(summary.root().member("duplicates_refused")->integer(), 1);
    EXPECT_EQ(sandbox_->ledger().all().size(), 1U);
}

TEST_F(PaymentsTest, a_payment_that_cannot_be_executed_fails_by_webhook_and_takes_no_funds) {
    const std::int64_t before = sandbox_->ledger().balance_minor();
    const net::Reply reply =
        pay({{.end_to_end_id = "limit", .amount = "1000000.01"},
             {.end_to_end_id = "unknown", .creditor_iban = "GB57CLRB04040100057354"},
             {.end_to_end_id = "format", .creditor_iban = "GB57"}});
    EXPECT_EQ(responses(reply), (std::vector<std::string>(3, "Accepted")));
    std::set<std::string> reasons;
    for (const wire::JsonDocument& failed : await_webhooks("PaymentMessageAssesmentFailed", 2))
        reasons.insert(only_reason(failed, "AssesmentFailure"));
    EXPECT_EQ(reasons,
              (std::set<std::string>{
                  "Scheme amount limit exceeded. 1000000.01 exceeds the limit of 1000000 for "
                  "transaction with endtoendid limit",
                  "No internal account located for Creditor main account with BBAN in payment "
                  "instruction"}));
    const auto invalid = await_webhooks("PaymentMessageValidationFailed", 1);
    EXPECT_EQ(only_reason(invalid[0], "ValidationFailure"),
              "Payments-0[0].Creditor IBAN - must match regex pattern");
    EXPECT_EQ(sandbox_->ledger().balance_minor(), before);
    EXPECT_EQ(state_of("limit"), "rejected");
}

TEST_F(PaymentsTest, a_payment_to_an_account_at_this_bank_is_a_transfer_with_two_legs) {
    const std::string iban = open_account("loan-1");
    const std::int64_t before = sandbox_->ledger().balance_minor();
    EXPECT_EQ(pay({{.creditor_iban = iban}}).status, 202);
    auto legs = await_webhooks("TransactionSettled", 2);
    EXPECT_EQ(text_at(legs[0], "Scheme"), "Transfer");
    EXPECT_EQ(text_at(legs[1], "Scheme"), "Transfer");
    EXPECT_EQ(text_at(legs[0], "EndToEndTransactionId"), text_at(legs[1], "EndToEndTransactionId"));
    EXPECT_NE(text_at(legs[0], "DebitCreditCode"), text_at(legs[1], "DebitCreditCode"));
    EXPECT_EQ(sandbox_->ledger().balance_minor(), before); // the money stays here

    EXPECT_EQ(pay({{.end_to_end_id = "by scheme",
                    .creditor_iban = iban,
                    .extra = R"(,"enforceSendToScheme":true)"}})
                  .status,
              202);
    legs = await_webhooks("TransactionSettled", 4);
    EXPECT_EQ(text_at(legs[2], "Scheme"), "FasterPayments");
    EXPECT_NE(text_at(legs[2], "TransactionId"), text_at(legs[3], "TransactionId"));
}

TEST_F(PaymentsTest, a_creditor_can_be_named_by_sort_code_and_account_number) {
    std::string body = fps_body(real_iban(), {{}});
    const std::string iban = R"("iban":"GB29NWBK60161331926819")";
    body.replace(body.find(iban), iban.size(),
                 R"("other":{"identification":"GBR60161331926819",)"
                 R"("schemeName":{"proprietary":"PRTY_COUNTRY_SPECIFIC"}})");
    EXPECT_EQ(post("/v3/payments/fps", body).status, 202);
    const auto settled = await_webhooks("TransactionSettled", 1);
    EXPECT_EQ(settled[0].root().member("CounterpartAccount")->member("BBAN")->string(),
              "60161331926819");
    EXPECT_EQ(sandbox_->ledger().payment_out("E2E-1")->counterpart, "60161331926819");
}

TEST_F(PaymentsTest, the_ledger_adds_up) {
    rules(R"({"end_to_end_id_prefix":"bad","outcome":"reject","code":"AC03"})");
    EXPECT_EQ(
        pay({{.end_to_end_id = "a"}, {.end_to_end_id = "b"}, {.end_to_end_id = "bad"}}).status,
        202);
    const std::string body = fps_body(real_iban(), {{.end_to_end_id = "c"}});
    net::Fields forged;
    for (const auto& [name, value] : fields("something else"))
        forged.add(name, value);
    EXPECT_EQ(call("POST", bank_url() + "/v3/payments/fps", body, forged).status, 400);
    const wire::JsonDocument summary = control_json("/bank/ledger/summary");
    const wire::Json debits = *summary.root().member("debit");
    EXPECT_EQ(debits.member("settled")->member("count")->integer(), 2);
    EXPECT_EQ(debits.member("settled")->member("sum_minor")->integer(), 2468);
    EXPECT_EQ(debits.member("rejected")->member("count")->integer(), 1);
    EXPECT_EQ(summary.root().member("similar")->integer(),
              1); // a and b: creditor, amount, reference
    EXPECT_EQ(summary.root().member("signatures")->member("verified")->integer(), 1);
    EXPECT_EQ(summary.root().member("signatures")->member("refused")->integer(), 1);
    const wire::JsonDocument page = control_json("/bank/ledger?end_to_end_id=bad");
    ASSERT_EQ(page.root().member("bookings")->size(), 1U);
    EXPECT_EQ(page.root().member("bookings")->at(0).member("reason")->string(), "AC03");
}

} // namespace
} // namespace settled::sandbox
