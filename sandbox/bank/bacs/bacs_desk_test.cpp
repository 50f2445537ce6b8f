#include "sandbox/bank/payments/payments_test.h"

namespace settled::sandbox {
namespace {

class Bacs : public PaymentsTest {
  protected:
    std::string announce(const std::string& kind, const std::string& more = {}) {
        const std::string answer =
            control("POST", "/bank/bacs",
                    R"({"kind":")" + kind + R"(","account":")" + real_iban() +
                        R"(","amount":"25.50","reference":"NOV2026")" + more + "}");
        return std::string(text_at(parsed(answer), "bacs_transaction_id"));
    }
    void act(const std::string& id, const std::string& action) {
        control("POST", "/bank/bacs/" + id + "/" + action);
    }
};

TEST_F(Bacs, announces_a_credit_on_the_second_day_and_settles_it_on_the_third) {
    const std::string id = announce("credit");
    const auto notice = webhook_number(1, "BacsDirectCreditInboundPaymentCreated");
    EXPECT_EQ(text_at(notice, "BacsTransactionId"), id);
    EXPECT_TRUE(webhooks("TransactionSettled").empty());
    control("POST", "/bank/next-day");
    const auto settled = webhook_number(1, "TransactionSettled");
    EXPECT_EQ(text_at(settled, "BacsTransactionId"), id);
    EXPECT_EQ(text_at(settled, "DebitCreditCode"), "Credit");
}

TEST_F(Bacs, settles_neither_what_is_held_nor_what_was_recalled) {
    act(announce("credit"), "hold");
    act(announce("credit"), "recall");
    const std::string blocked = announce("credit");
    act(blocked, "hold");
    act(blocked, "block");
    await_webhooks("BacsDirectCreditRecalled", 1);
    await_webhooks("BacsDirectCreditInboundPaymentHeld", 2);
    control("POST", "/bank/next-day");
    const std::string last = announce("credit");
    act(last, "settle");
    EXPECT_EQ(text_at(webhook_number(1, "TransactionSettled"), "BacsTransactionId"), last);
}

TEST_F(Bacs, returns_a_credit_once_under_an_id_of_its_own) {
    const std::string id = announce("credit");
    act(id, "settle");
    const auto settled = webhook_number(1, "TransactionSettled");
    const std::string path =
        "/v1/Accounts/" + sandbox_->accounts().real_account_id() + "/Transactions/Returns";
    const std::string body = R"({"returns":[{"transactionId":")" +
                             std::string(text_at(settled, "TransactionId")) +
                             R"(","reasonCode":"5"}]})";
    EXPECT_EQ(post(path, body).status, 202);
    const auto created = webhook_number(1, "BacsDirectCreditReturnCreated");
    EXPECT_EQ(text_at(created, "OriginalBacsTransactionId"), id);
    const auto back = webhook_number(2, "TransactionSettled");
    EXPECT_EQ(text_at(back, "BacsTransactionId"), text_at(created, "BacsTransactionId"));
    EXPECT_EQ(text_at(back, "DebitCreditCode"), "Debit");
    EXPECT_EQ(post(path, body).status, 400);
}

TEST_F(Bacs, collects_a_direct_debit_and_gives_it_back) {
    const std::string id = announce("direct_debit");
    await_webhooks("BacsDirectDebitInboundPaymentCreated", 1);
    act(id, "settle");
    EXPECT_EQ(text_at(webhook_number(1, "TransactionSettled"), "DebitCreditCode"), "Debit");
    act(id, "return");
    EXPECT_EQ(text_at(webhook_number(2, "TransactionSettled"), "DebitCreditCode"), "Credit");
    await_webhooks("BacsDirectDebitReturnCreated", 1);
}

} // namespace
} // namespace settled::sandbox
