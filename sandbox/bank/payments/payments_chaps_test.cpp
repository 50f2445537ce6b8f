#include "sandbox/bank/payments/payments_test.h"

namespace settled::sandbox {
namespace {

class ChapsPayments : public PaymentsTest {
  protected:
    std::string
    body(const std::string& end_to_end_id, const std::string& more = {},
         const std::string& creditor =
             R"({"schemeName":"SortcodeAccountNumber","identification":"601613-31926819"})") {
        const std::string address =
            R"("postalAddress":{"townName":"London","country":"GB","postCode":"EC2V 8RT"})";
        return R"({"instructionIdentification":"INSTR-1","endToEndIdentification":")" +
               end_to_end_id +
               R"(","interBankSettlementAmount":{"amount":2000000.50,"currency":"GBP"},)" +
               R"("sourceAccount":{"iban":")" + real_iban() + R"("},"debtorAccount":{"iban":")" +
               real_iban() + R"("},"debtor":{"name":"Lender Ltd",)" + address +
               R"(},"creditorAccount":)" + creditor + R"(,"creditor":{"name":"Ann Lee",)" +
               address + R"(},"purpose":"LOAN","categoryPurpose":"LOAN")" + more + "}";
    }
    net::Reply pay_by_chaps(const std::string& json) {
        return post("/payments/chaps/v6/customer-payments", json);
    }
};

TEST_F(ChapsPayments, settle_without_a_limit_and_bring_a_document_of_the_largest_size) {
    const net::Reply reply = pay_by_chaps(body("E2E-1"));
    ASSERT_EQ(reply.status, 202) << reply.body;
    EXPECT_EQ(parsed(reply.body).root().member("paymentId")->string()->size(), 36U);
    const auto settled = webhook_number(1, "TransactionSettled");
    EXPECT_EQ(text_at(settled, "Scheme"), "Chaps");
    EXPECT_EQ(text_at(settled, "EndToEndTransactionId"), "E2E-1");
    EXPECT_EQ(text_at(settled, "ActualEndToEndTransactionId"), "INSTR-1");
    EXPECT_EQ(text_at(settled, "Iso20022XmlDocument").size(), 79'000U);
}

TEST_F(ChapsPayments, say_the_status_of_a_problem_as_text) {
    const net::Reply reply = pay_by_chaps(body("E2E_1"));
    EXPECT_EQ(reply.status, 400);
    const wire::JsonDocument problem = parsed(reply.body);
    EXPECT_EQ(problem.root().member("status")->string(), "400");
    EXPECT_TRUE(problem.root().member("errors")->member("endToEndIdentification"));
}

TEST_F(ChapsPayments, need_both_addresses_and_the_institution_account) {
    std::string json = body("E2E-1");
    for (const std::string_view member :
         {R"(,"postalAddress":{"townName":"London","country":"GB","postCode":"EC2V 8RT"})",
          R"("purpose":"LOAN",)"}) {
        std::string without = json;
        without.erase(without.rfind(member), member.size());
        EXPECT_EQ(pay_by_chaps(without).status, 400) << member;
    }
    json.replace(json.find(real_iban()), 22, "GB29NWBK60161331926819");
    EXPECT_EQ(pay_by_chaps(json).status, 400);
}

TEST_F(ChapsPayments, follow_the_hours_of_the_bank_s_own_clock) {
    control("PUT", "/bank/calendar",
            R"({"now":"2027-01-15T17:00:00Z","from_minute":480,"until_minute":1020})");
    EXPECT_EQ(pay_by_chaps(body("E2E-1")).status, 400);
    control("PUT", "/bank/calendar",
            R"({"now":"2027-01-15T16:00:00Z","from_minute":480,"until_minute":1020})");
    EXPECT_EQ(pay_by_chaps(body("E2E-2")).status, 202);
    control("PUT", "/bank/calendar",
            R"({"now":"2027-01-15T16:00:00Z","from_minute":480,"closed_days":["2027-01-15"]})");
    EXPECT_EQ(pay_by_chaps(body("E2E-3")).status, 400);
}

TEST_F(ChapsPayments, come_back_under_another_id_that_the_document_explains) {
    pay_by_chaps(body("E2E-1"));
    await_webhooks("TransactionSettled", 1);
    control("POST", "/bank/payments/E2E-1/return", R"({"code":"AC04"})");
    const auto back = webhook_number(2, "TransactionSettled");
    EXPECT_EQ(text_at(back, "DebitCreditCode"), "Credit");
    EXPECT_NE(text_at(back, "EndToEndTransactionId"), "E2E-1");
    EXPECT_NE(text_at(back, "Iso20022XmlDocument").find("<OrgnlEndToEndId>E2E-1<"),
              std::string_view::npos);
}

TEST_F(ChapsPayments, are_returned_by_the_institution_under_its_instruction) {
    control("POST", "/bank/payments",
            R"({"account":")" + real_iban() +
                R"(","amount":"10.00","scheme":"Chaps","end_to_end_id":"THEIRS"})");
    const auto in = webhook_number(1, "TransactionSettled");
    const std::string id(text_at(in, "TransactionId"));
    const std::string request =
        R"({"paymentId":")" + id + R"(","reason":"AC04","instructionIdentification":"RET-1"})";
    EXPECT_EQ(post("/payments/chaps/v6/return-payments", request).status, 202);
    const auto out = webhook_number(2, "TransactionSettled");
    EXPECT_EQ(text_at(out, "DebitCreditCode"), "Debit");
    EXPECT_EQ(text_at(out, "ActualEndToEndTransactionId"), "RET-1");
    EXPECT_EQ(post("/payments/chaps/v6/return-payments", request).status, 400); // once
}

TEST_F(ChapsPayments, take_all_the_funds_and_fail_their_assessment_beyond) {
    control("PUT", "/bank/funds", R"({"amount":"2000000.50"})");
    pay_by_chaps(body("E2E-0"));
    await_webhooks("TransactionSettled", 1);
    EXPECT_EQ(pay_by_chaps(body("E2E-1")).status, 202);
    const auto failed = webhook_number(1, "PaymentMessageAssesmentFailed");
    EXPECT_EQ(text_at(failed, "PaymentMethodType"), "Chaps");
    EXPECT_EQ(state_of("E2E-1"), "rejected");
}

} // namespace
} // namespace settled::sandbox
