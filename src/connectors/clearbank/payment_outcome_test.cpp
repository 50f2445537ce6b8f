#include "connectors/clearbank/payment_outcome.h"

#include "connectors/clearbank/webhook.h"
#include "support/source_path.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace settled::connectors::clearbank {
namespace {

using domain::PaymentOutcomeFact;
using domain::UnreadableFact;
using Outcome = PaymentOutcomeFact::Outcome;

std::string fixture(std::string_view name) {
    std::ifstream file(settled::source_path("tests/fixtures/clearbank/") + std::string(name) +
                       ".json");
    EXPECT_TRUE(file) << name;
    std::stringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

domain::BankFact fact_in(std::string_view body) {
    const Result<domain::InboundWebhook> webhook = read_webhook(body);
    EXPECT_TRUE(webhook) << (webhook ? "" : webhook.error().detail);
    return webhook ? webhook->fact : domain::BankFact{};
}

PaymentOutcomeFact outcome_in(std::string_view body) {
    const domain::BankFact fact = fact_in(body);
    const auto* outcome = std::get_if<PaymentOutcomeFact>(&fact);
    EXPECT_NE(outcome, nullptr) << body;
    return outcome == nullptr ? PaymentOutcomeFact{} : *outcome;
}

std::string webhook(std::string_view type, std::string_view payload) {
    return R"({"Type":")" + std::string(type) + R"(","Version":1,"Payload":)" +
           std::string(payload) + R"(,"Nonce":1})";
}

TEST(ClearbankPaymentOutcome, a_rejected_transaction_is_read) {
    const PaymentOutcomeFact fact = outcome_in(fixture("transaction-rejected-v2"));
    ASSERT_EQ(fact.items.size(), 1U);
    EXPECT_EQ(fact.items[0].end_to_end_id, "ccec481ee502");
    EXPECT_EQ(fact.items[0].outcome, Outcome::rejected);
    EXPECT_EQ(fact.items[0].reason_code, "CB_AccountNameInvalid");
    EXPECT_EQ(fact.items[0].reason,
              "Beneficiary account name does not match beneficiary account number");
    EXPECT_EQ(fact.scheme, "Transfer");
    EXPECT_EQ(fact.transaction_id, "073dca79-13b8-8bf2-b63b-148957caffe9");
    EXPECT_FALSE(fact.is_return);
    EXPECT_TRUE(fact.credit_side);
}

TEST(ClearbankPaymentOutcome, a_declined_hold_and_a_refused_return_are_rejections) {
    const PaymentOutcomeFact declined = outcome_in(webhook(
        "TransactionRejected",
        R"({"EndToEndTransactionId":"E2E-1","DebitCreditCode":"Debit","CancellationCode":"HOPRJ"})"));
    EXPECT_EQ(declined.items[0].outcome, Outcome::rejected);
    EXPECT_EQ(declined.items[0].reason_code, "HOPRJ");
    EXPECT_FALSE(declined.credit_side);
    EXPECT_TRUE(outcome_in(webhook("TransactionRejectedV2",
                                   R"({"EndToEndTransactionId":"E2E-1","IsReturn":true})"))
                    .is_return);
}

TEST(ClearbankPaymentOutcome, a_rejected_double_of_a_payment_is_a_duplicate) {
    for (const char* code :
         {"CB_DupSttlmntOriginalIsQueued", "CB_DupSttlmntOriginalWasRejected", "DU05"}) {
        const PaymentOutcomeFact fact = outcome_in(webhook(
            "TransactionRejected", R"({"EndToEndTransactionId":"E2E-1","CancellationCode":")" +
                                       std::string(code) + R"("})"));
        EXPECT_EQ(fact.items[0].outcome, Outcome::duplicate) << code;
    }
}

TEST(ClearbankPaymentOutcome, an_assessment_is_read_in_every_spelling) {
    const std::string published = fixture("payment-message-assessment-failed-v1");
    std::string corrected = published;
    for (std::size_t at = corrected.find("Assesment"); at != std::string::npos;
         at = corrected.find("Assesment", at + 1))
        corrected.replace(at, 9, "Assessment");
    for (const std::string& body : {published, corrected}) {
        const PaymentOutcomeFact fact = outcome_in(body);
        ASSERT_EQ(fact.items.size(), 1U);
        EXPECT_EQ(fact.items[0].end_to_end_id, "51236da640c9");
        EXPECT_EQ(fact.items[0].outcome, Outcome::rejected);
        EXPECT_EQ(fact.items[0].reason_code, "InsufficientFunds");
        EXPECT_EQ(fact.items[0].reason, "Insufficient Funds");
        EXPECT_EQ(fact.scheme, "FasterPayments");
    }
}

TEST(ClearbankPaymentOutcome, each_payment_of_a_refused_message_has_its_own_reasons) {
    const PaymentOutcomeFact fact = outcome_in(webhook(
        "PaymentMessageAssesmentFailed",
        R"({"MessageId":"m","PaymentMethodType":"FasterPayments","AssesmentFailure":[)"
        R"({"EndToEndId":"E2E-1","Reasons":["Duplicate transaction has been detected"]},)"
        R"({"EndToEndId":"E2E-2","Reasons":["Modulus check failed","UnexecutableCode.X; more"]},)"
        R"({"EndToEndId":"E2E-3","Reasons":[]},{"EndToEndId":"E2E-4"},)"
        R"({"EndToEndId":"E2E-5","Reasons":"Debit transactions disabled"}]})"));
    ASSERT_EQ(fact.items.size(), 5U);
    EXPECT_EQ(fact.items[0].outcome, Outcome::duplicate);
    EXPECT_EQ(fact.items[0].reason_code, "DuplicateTransaction");
    EXPECT_EQ(fact.items[1].outcome, Outcome::rejected);
    EXPECT_EQ(fact.items[1].reason_code, "FailedModulusCheck");
    EXPECT_EQ(fact.items[1].reason, "Modulus check failed; UnexecutableCode.X; more");
    EXPECT_EQ(fact.items[2].reason_code, "AssessmentFailed");
    EXPECT_EQ(fact.items[3].reason_code, "AssessmentFailed");
    EXPECT_EQ(fact.items[4].reason_code, "DebitPaymentDisabled");
}

TEST(ClearbankPaymentOutcome, a_failed_validation_is_a_rejection) {
    const PaymentOutcomeFact fact = outcome_in(fixture("payment-message-validation-failed-v1"));
    ASSERT_EQ(fact.items.size(), 1U);
    EXPECT_EQ(fact.items[0].end_to_end_id, "72db39cd1693");
    EXPECT_EQ(fact.items[0].outcome, Outcome::rejected);
    EXPECT_EQ(fact.items[0].reason_code, "ValidationFailed");
    EXPECT_EQ(fact.items[0].reason, "Creditor name contains invalid characters");
    EXPECT_EQ(fact.scheme, "Transfer");
}

TEST(ClearbankPaymentOutcome, a_held_payment_is_read_in_both_spellings) {
    const std::string published = fixture("outbound-held-transaction-v1");
    std::string misspelled = published;
    misspelled.replace(misspelled.find("Outbound"), 8, "Oubound");
    for (const std::string& body : {published, misspelled}) {
        const PaymentOutcomeFact fact = outcome_in(body);
        ASSERT_EQ(fact.items.size(), 1U);
        EXPECT_EQ(fact.items[0].end_to_end_id, "b0c50dc87f86");
        EXPECT_EQ(fact.items[0].outcome, Outcome::held);
        EXPECT_EQ(fact.scheme, "Chaps");
    }
    // The creation time may be missing.
    EXPECT_EQ(outcome_in(webhook("OutboundHeldTransaction", R"({"EndToEndTransactionId":"E2E-1"})"))
                  .items[0]
                  .outcome,
              Outcome::held);
    EXPECT_TRUE(std::holds_alternative<domain::ArchivedFact>(
        fact_in(fixture("inbound-held-transaction-v1"))));
}

TEST(ClearbankPaymentOutcome, a_payment_that_is_not_named_goes_to_a_person) {
    const struct {
        const char* type;
        std::string payload;
        const char* reason;
    } cases[] = {
        {"TransactionRejected", R"({"TransactionId":"t"})", "EndToEndTransactionId"},
        {"TransactionRejected", R"({"EndToEndTransactionId":7})", "EndToEndTransactionId"},
        {"TransactionRejected", R"({"EndToEndTransactionId":")" + std::string(1000, 'x') + R"("})",
         "EndToEndTransactionId"},
        {"TransactionRejected", R"({"EndToEndTransactionId":"E","IsReturn":"yes"})", "IsReturn"},
        {"OutboundHeldTransaction", "{}", "EndToEndTransactionId"},
        {"PaymentMessageAssesmentFailed", R"({"MessageId":"m"})", "AssesmentFailure"},
        {"PaymentMessageAssesmentFailed", R"({"AssesmentFailure":[]})", "AssesmentFailure"},
        {"PaymentMessageAssesmentFailed", R"({"AssesmentFailure":{}})", "AssesmentFailure"},
        {"PaymentMessageAssesmentFailed",
         R"({"AssesmentFailure":[{"EndToEndId":"E"},{"Reasons":["x"]}]})", "EndToEndId"},
        {"PaymentMessageAssesmentFailed", R"({"AssesmentFailure":[7]})", "EndToEndId"},
        {"PaymentMessageValidationFailed", R"({"AssesmentFailure":[{"EndToEndId":"E"}]})",
         "ValidationFailure"},
    };
    for (const auto& c : cases) {
        const domain::BankFact fact = fact_in(webhook(c.type, c.payload));
        const auto* unreadable = std::get_if<UnreadableFact>(&fact);
        ASSERT_NE(unreadable, nullptr) << c.type << c.payload;
        EXPECT_EQ(unreadable->reason, std::string(c.reason) + " is missing or unreadable");
    }
    EXPECT_TRUE(
        std::holds_alternative<UnreadableFact>(fact_in(webhook("TransactionRejected", "[]"))));
}

} // namespace
} // namespace settled::connectors::clearbank
