#include "sandbox/bank/payments/payments_test.h"

#include <map>

namespace settled::sandbox {
namespace {

class PaymentOutcomesTest : public PaymentsTest {};

TEST_F(PaymentOutcomesTest, rules_decide_in_their_order) {
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

TEST_F(PaymentOutcomesTest, a_held_payment_is_released_or_declined) {
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

TEST_F(PaymentOutcomesTest, a_rule_puts_the_outcome_off) {
    rules(R"({"end_to_end_id_prefix":"soon","outcome":"settle","delay_ms":1},)"
          R"({"outcome":"reject","code":"AC03","delay_ms":3600000})");
    EXPECT_EQ(pay({{.end_to_end_id = "late"}, {.end_to_end_id = "soon"}}).status, 202);
    EXPECT_EQ(await_webhooks("TransactionSettled", 1).size(), 1U);
    EXPECT_EQ(state_of("late"), "accepted");
    control("POST", "/bank/payments/late/settle"); // and the rule's outcome does not come any more
    EXPECT_EQ(state_of("late"), "settled");
}

TEST_F(PaymentOutcomesTest, each_webhook_can_be_doubled) {
    control("PUT", "/bank/webhook-duplicates", R"({"duplicates":1})");
    EXPECT_EQ(pay({{}}).status, 202);
    const auto settled = await_webhooks("TransactionSettled", 2);
    EXPECT_EQ(text_at(settled[0], "TransactionId"), text_at(settled[1], "TransactionId"));
}

TEST_F(PaymentOutcomesTest, a_rule_can_hold_a_payment_and_release_it_later) {
    rules(R"({"outcome":"hold","release_after_ms":1})");
    EXPECT_EQ(pay({{}}).status, 202);
    EXPECT_EQ(await_webhooks("OutboundHeldTransaction", 1).size(), 1U);
    EXPECT_EQ(await_webhooks("TransactionSettled", 1).size(), 1U);
    EXPECT_EQ(state_of("E2E-1"), "settled");
}

TEST_F(PaymentOutcomesTest, an_inbound_payment_is_held_by_the_name_of_its_payer) {
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

TEST_F(PaymentOutcomesTest, the_receiver_returns_a_payment) {
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

TEST_F(PaymentOutcomesTest, an_inbound_payment_is_returned_once) {
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

TEST_F(PaymentOutcomesTest, a_rejected_return_leaves_the_payment_to_be_returned) {
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

} // namespace
} // namespace settled::sandbox
