#include "sandbox/bank/institution_test.h"

#include <set>

namespace settled::sandbox {
namespace {

using namespace std::chrono_literals;

class PaymentsTest : public Institution {
  protected:
    std::string real_iban() { return sandbox_->accounts().real_account_iban(); }
    net::Reply pay(const std::vector<Transfer>& transfers, const std::string& request_id = {}) {
        return post("/v3/payments/fps", fps_body(real_iban(), transfers), request_id);
    }
    void rules(const std::string& list) {
        control("PUT", "/bank/payment-rules", R"({"rules":[)" + list + "]}");
    }
    std::string open_account(const std::string& external_id) {
        const auto opened = sandbox_->accounts().open({"Joe Brown", "", external_id});
        EXPECT_TRUE(opened);
        return opened ? (*opened)->iban : std::string();
    }
    std::string state_of(const std::string& id) {
        const Booking* const booking = sandbox_->ledger().payment_out(id);
        return booking == nullptr ? "none" : std::string(token(booking->state));
    }
};

std::vector<std::string> responses(const net::Reply& reply) {
    std::vector<std::string> words;
    const wire::JsonDocument answer = parsed(reply.body);
    const auto list = answer.root().member("transactions");
    for (std::size_t i = 0; list && i < list->size(); ++i)
        words.emplace_back(*list->at(i).member("response")->string());
    return words;
}

std::string supplement(const wire::JsonDocument& payload, std::string_view name) {
    const auto list = payload.root().member("SupplementaryData");
    for (std::size_t i = 0; list && i < list->size(); ++i)
        if (list->at(i).member("Name")->string() == name)
            return std::string(*list->at(i).member("Value")->string());
    return {};
}

std::string only_reason(const wire::JsonDocument& payload, std::string_view list) {
    const auto failures = payload.root().member(list);
    EXPECT_TRUE(failures && failures->size() == 1);
    return failures ? std::string(*failures->at(0).member("Reasons")->at(0).string())
                    : std::string();
}

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

TEST_F(PaymentsTest, what_cannot_be_executed_fails_by_webhook_and_takes_no_funds) {
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

TEST_F(PaymentsTest, rules_decide_in_their_order) {
    rules(R"({"creditor_name":"Bad Ltd","outcome":"reject","code":"AC07"},)"
          R"({"amount":"7.00","outcome":"assessment","text":"Modulus check failed"},)"
          R"({"end_to_end_id_prefix":"v-","outcome":"validation","text":"Wrong"},)"
          R"({"end_to_end_id_prefix":"s-","outcome":"silent"},)"
          R"({"end_to_end_id_prefix":"p-","outcome":"pending"},)"
          R"({"every":2,"count":1,"outcome":"reject","code":"MS03"})");
    EXPECT_EQ(pay({{.end_to_end_id = "1", .amount = "7.00", .creditor_name = "Bad Ltd"},
                   {.end_to_end_id = "2", .amount = "7"},
                   {.end_to_end_id = "v-3"},
                   {.end_to_end_id = "s-4"},
                   {.end_to_end_id = "p-5"},
                   {.end_to_end_id = "6"},
                   {.end_to_end_id = "7"},
                   {.end_to_end_id = "8"},
                   {.end_to_end_id = "9"}})
                  .status,
              202);
    EXPECT_EQ(state_of("1"), "rejected");
    EXPECT_EQ(state_of("2"), "rejected");
    EXPECT_EQ(state_of("v-3"), "rejected");
    EXPECT_EQ(state_of("s-4"), "settled");
    EXPECT_EQ(state_of("p-5"), "accepted");
    EXPECT_EQ(state_of("6"), "settled");
    EXPECT_EQ(state_of("7"), "rejected"); // the second that no rule before took
    EXPECT_EQ(state_of("9"), "settled");  // and only once
    std::map<std::string, std::string> codes;
    for (const wire::JsonDocument& rejected : await_webhooks("TransactionRejected", 2))
        codes[text_at(rejected, "EndToEndTransactionId")] = text_at(rejected, "CancellationCode");
    EXPECT_EQ(codes, (std::map<std::string, std::string>{{"1", "AC07"}, {"7", "MS03"}}));

    control("POST", "/bank/payments/p-5/settle");
    EXPECT_EQ(state_of("p-5"), "settled");
    control("POST", "/bank/payments/p-5/settle", "", 409);
    EXPECT_EQ(await_webhooks("TransactionSettled", 4).size(),
              4U); // all that settled but the silent
}

TEST_F(PaymentsTest, a_held_payment_is_released_or_declined) {
    Transfer held;
    held.creditor_name = "6a41a29eafcf455493"; // ClearBank's simulation holds this name
    for (const char* id : {"a", "b"}) {
        held.end_to_end_id = id;
        EXPECT_EQ(pay({held}).status, 202);
        EXPECT_EQ(state_of(id), "held");
    }
    auto webhooks = await_webhooks("OutboundHeldTransaction", 2);
    EXPECT_EQ(text_at(webhooks[0], "TransactionAmount"), "12.34");
    control("POST", "/bank/held/a/release");
    control("POST", "/bank/held/b/decline");
    EXPECT_EQ(text_at(await_webhooks("TransactionSettled", 1)[0], "EndToEndTransactionId"), "a");
    const auto rejected = await_webhooks("TransactionRejected", 1);
    EXPECT_EQ(text_at(rejected[0], "CancellationCode"), "HOPRJ");
    EXPECT_EQ(text_at(rejected[0], "EndToEndTransactionId"), "b");
    control("POST", "/bank/held/a/release", "", 409);
    control("POST", "/bank/held/nobody/release", "", 404);
}

TEST_F(PaymentsTest, a_rule_puts_the_outcome_off) {
    rules(R"({"end_to_end_id_prefix":"soon","outcome":"settle","delay_ms":1},)"
          R"({"outcome":"reject","code":"AC03","delay_ms":3600000})");
    EXPECT_EQ(pay({{.end_to_end_id = "late"}, {.end_to_end_id = "soon"}}).status, 202);
    EXPECT_EQ(await_webhooks("TransactionSettled", 1).size(), 1U);
    EXPECT_EQ(state_of("late"), "accepted");
    control("POST", "/bank/payments/late/settle"); // and the rule's outcome does not come any more
    EXPECT_EQ(state_of("late"), "settled");
}

TEST_F(PaymentsTest, each_webhook_can_be_doubled) {
    control("PUT", "/bank/webhook-duplicates", R"({"duplicates":1})");
    EXPECT_EQ(pay({{}}).status, 202);
    const auto settled = await_webhooks("TransactionSettled", 2);
    EXPECT_EQ(text_at(settled[0], "TransactionId"), text_at(settled[1], "TransactionId"));
}

TEST_F(PaymentsTest, a_rule_can_hold_a_payment_and_release_it_later) {
    rules(R"({"outcome":"hold","release_after_ms":1})");
    EXPECT_EQ(pay({{}}).status, 202);
    EXPECT_EQ(await_webhooks("OutboundHeldTransaction", 1).size(), 1U);
    EXPECT_EQ(await_webhooks("TransactionSettled", 1).size(), 1U);
    EXPECT_EQ(state_of("E2E-1"), "settled");
}

TEST_F(PaymentsTest, an_inbound_payment_is_held_by_the_name_of_its_payer) {
    const std::int64_t before = sandbox_->ledger().balance_minor();
    const std::string order = R"({"account":")" + open_account("loan-1") +
                              R"(","amount":"5.00","payer":{"name":"6a41a29eafcf455493"}})";
    const std::string released = text_at(parsed(control("POST", "/bank/payments", order)), "label");
    const std::string declined = text_at(parsed(control("POST", "/bank/payments", order)), "label");
    EXPECT_EQ(await_webhooks("InboundHeldTransaction", 2).size(), 2U);
    EXPECT_EQ(sandbox_->ledger().balance_minor(), before);
    control("POST", "/bank/held/" + declined + "/decline");
    control("POST", "/bank/held/" + released + "/release");
    const auto settled = await_webhooks("TransactionSettled", 1);
    EXPECT_EQ(text_at(settled[0], "TransactionId"), released);
    EXPECT_EQ(sandbox_->ledger().balance_minor(), before + 500);
    const wire::JsonDocument rejected = control_json("/bank/ledger?state=rejected");
    ASSERT_EQ(rejected.root().member("bookings")->size(), 1U);
    EXPECT_EQ(rejected.root().member("bookings")->at(0).member("transaction_id")->string(),
              declined);
}

TEST_F(PaymentsTest, the_receiver_returns_a_payment) {
    const std::int64_t before = sandbox_->ledger().balance_minor();
    rules(R"({"end_to_end_id_prefix":"auto","outcome":"settle","return_after_ms":1,)"
          R"("return_code":"AC06"})");
    EXPECT_EQ(pay({{.end_to_end_id = "auto-1"}, {.end_to_end_id = "by hand"}}).status, 202);
    ASSERT_EQ(await_webhooks("TransactionSettled", 3).size(), 3U);
    control("POST", "/bank/payments/by%20hand/return", R"({"code":"AC01"})");
    const auto settled = await_webhooks("TransactionSettled", 4);
    std::map<std::string, std::string> codes;
    for (const wire::JsonDocument& payload : settled) {
        const std::string id = text_at(payload, "EndToEndTransactionId");
        if (text_at(payload, "IsReturn") != "true")
            continue;
        EXPECT_EQ(text_at(payload, "DebitCreditCode"), "Credit");
        EXPECT_EQ(supplement(payload, "ReturnedPaymentFpId"),
                  sandbox_->ledger().payment_out(id)->scheme_id);
        codes[id] = supplement(payload, "PaymentReturnCode");
    }
    EXPECT_EQ(codes, (std::map<std::string, std::string>{{"auto-1", "AC06"}, {"by hand", "AC01"}}));
    EXPECT_EQ(state_of("by hand"), "returned");
    EXPECT_EQ(sandbox_->ledger().balance_minor(), before);
    control("POST", "/bank/payments/auto-1/return", "", 409);
}

TEST_F(PaymentsTest, an_inbound_payment_is_returned_once) {
    const std::string iban = open_account("loan-1");
    const wire::JsonDocument inbound =
        parsed(control("POST", "/bank/payments",
                       R"({"account":")" + iban +
                           R"(","amount":"5.00","end_to_end_id":"IN-1","payer":{"name":"Ann"}})"));
    const std::string id = text_at(inbound, "label");
    const auto body = [](const std::string& transaction, const std::string& reason) {
        return R"({"paymentReturnInstruction":{"TransactionId":")" + transaction +
               R"(","ReasonForReturn":")" + reason + R"("}})";
    };
    const std::string path = "/v3/payments/fps/return";
    EXPECT_EQ(post(path, body(id, "NoSuchReason")).status, 400);
    EXPECT_EQ(post(path, body(std::string(36, 'x'), "Other")).status, 400);
    const net::Reply taken = post(path, body(id, "BeneficiaryAccountClosed"));
    EXPECT_EQ(taken.status, 202);
    EXPECT_EQ(taken.body, "");
    const auto settled = await_webhooks("TransactionSettled", 2);
    EXPECT_EQ(text_at(settled[1], "DebitCreditCode"), "Debit");
    EXPECT_EQ(text_at(settled[1], "IsReturn"), "true");
    EXPECT_EQ(text_at(settled[1], "EndToEndTransactionId"), "IN-1");
    EXPECT_EQ(supplement(settled[1], "ReturnedPaymentFpId"),
              text_at(settled[0], "ActualEndToEndTransactionId"));
    EXPECT_EQ(post(path, body(id, "Other")).status, 400); // it is returned already
}

TEST_F(PaymentsTest, a_rejected_return_leaves_the_payment_to_be_returned) {
    rules(R"({"of_returns":true,"count":1,"outcome":"reject","code":"MS03"})");
    const wire::JsonDocument inbound =
        parsed(control("POST", "/bank/payments",
                       R"({"account":")" + open_account("loan-1") + R"(","amount":"5.00"})"));
    const std::string body = R"({"paymentReturnInstruction":{"TransactionId":")" +
                             text_at(inbound, "label") + R"(","ReasonForReturn":"Other"}})";
    EXPECT_EQ(post("/v3/payments/fps/return", body).status, 202);
    const auto rejected = await_webhooks("TransactionRejected", 1);
    EXPECT_EQ(text_at(rejected[0], "IsReturn"), "true");
    EXPECT_EQ(post("/v3/payments/fps/return", body).status, 202);
    const auto settled = await_webhooks("TransactionSettled", 2);
    EXPECT_EQ(text_at(settled[1], "IsReturn"), "true");
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
