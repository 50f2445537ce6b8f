#include "connectors/mambu/webhook.h"

#include <gtest/gtest.h>

#include <map>

namespace settled::connectors::mambu {
namespace {

using Event = domain::CoreBankFact::Event;

HeaderLookup headers(std::map<std::string, std::string, std::less<>> fields) {
    return [fields = std::move(fields)](std::string_view name) -> std::optional<std::string_view> {
        const auto found = fields.find(name);
        return found == fields.end() ? std::nullopt
                                     : std::optional<std::string_view>(found->second);
    };
}

OpenSecret opener(std::string content) {
    return [content](std::string_view, const SecretCheck& check) -> Result<Secret> {
        TRY_VOID(check(content));
        return Secret(content);
    };
}

domain::ConnectorSettings by_header() {
    domain::ConnectorSettings settings;
    settings.webhook_header = "X-Webhook-Secret";
    settings.webhook_secret = "file:/x";
    return settings;
}

TEST(MambuWebhook, the_header_s_secret_proves_the_sender) {
    const auto proof = WebhookProof::open(by_header(), opener("0123456789abcdef"));
    ASSERT_TRUE(proof.has_value()) << proof.error().detail;
    EXPECT_TRUE(proof->check(headers({{"X-Webhook-Secret", "0123456789abcdef"}})).has_value());
    EXPECT_EQ(proof->check(headers({})).error().code, Code::signature_missing);
    for (const char* wrong : {"", "0123456789abcdeF", "0123456789abcdef ", "0123456789abcde"})
        EXPECT_EQ(proof->check(headers({{"X-Webhook-Secret", wrong}})).error().code,
                  Code::signature_invalid);
    EXPECT_EQ(proof->check(headers({{"Authorization", "0123456789abcdef"}})).error().code,
              Code::signature_missing);
}

TEST(MambuWebhook, basic_authentication_proves_the_sender) {
    domain::ConnectorSettings settings;
    settings.webhook_username = "mambu";
    settings.webhook_secret = "file:/x";
    const auto proof = WebhookProof::open(settings, opener("0123456789abcdef"));
    ASSERT_TRUE(proof.has_value());
    EXPECT_TRUE(proof->check(headers({{"Authorization", "Basic bWFtYnU6MDEyMzQ1Njc4OWFiY2RlZg=="}}))
                    .has_value());
    EXPECT_EQ(proof->check(headers({{"Authorization", "Basic bWFtYnU6eA=="}})).error().code,
              Code::signature_invalid);
    EXPECT_EQ(proof->check(headers({})).error().code, Code::signature_missing);
}

TEST(MambuWebhook, one_way_of_proof_with_a_long_secret_is_needed) {
    EXPECT_EQ(WebhookProof::open(by_header(), opener("short")).error().code, Code::key_unsuitable);
    domain::ConnectorSettings both = by_header();
    both.webhook_username = "mambu";
    EXPECT_FALSE(WebhookProof::open(both, opener("0123456789abcdef")).has_value());
    domain::ConnectorSettings none;
    EXPECT_FALSE(WebhookProof::open(none, opener("0123456789abcdef")).has_value());
    none.webhook_secret = "file:/x";
    EXPECT_FALSE(WebhookProof::open(none, opener("0123456789abcdef")).has_value());
}

TEST(MambuWebhook, the_template_s_body_is_read) {
    const auto disbursed = read_webhook(
        R"({"event":"loan_disbursed","loan_account_id":"LN-4711","transaction_id":"92"})");
    ASSERT_TRUE(disbursed.has_value()) << disbursed.error().detail;
    EXPECT_EQ(disbursed->type, "LoanDisbursed");
    EXPECT_EQ(disbursed->unique_id, "92");
    const auto* fact = std::get_if<domain::CoreBankFact>(&disbursed->fact);
    ASSERT_NE(fact, nullptr);
    EXPECT_EQ(fact->event, Event::loan_disbursed);
    EXPECT_EQ(fact->loan_account_id, "LN-4711");
    EXPECT_EQ(fact->transaction_id, "92");

    // A placeholder without a value becomes an empty text.
    const auto approved = read_webhook(
        R"({"event":"loan_approved","loan_account_id":"LN-4711","transaction_id":""})");
    ASSERT_TRUE(approved.has_value());
    EXPECT_EQ(approved->type, "LoanApproved");
    EXPECT_EQ(approved->unique_id, "LN-4711");
    EXPECT_EQ(std::get<domain::CoreBankFact>(approved->fact).event, Event::loan_approved);
    EXPECT_NE(approved->dedupe_key, disbursed->dedupe_key);
    EXPECT_EQ(
        read_webhook(
            R"({ "transaction_id":"92", "loan_account_id":"LN-4711","event":"loan_disbursed"})")
            ->dedupe_key,
        disbursed->dedupe_key);
}

TEST(MambuWebhook, anything_else_is_not_acknowledged) {
    for (const char* body :
         {"", "[]", "{}", R"({"event":"loan_disbursed","loan_account_id":"L"})",
          R"({"event":"loan_disbursed","loan_account_id":"L","transaction_id":""})",
          R"({"event":"loan_disbursed","transaction_id":"1"})",
          R"({"event":"loan_closed","loan_account_id":"L","transaction_id":"1"})",
          R"({"event":"loan_approved","loan_account_id":"L","amount":"1"})",
          R"({"event":"loan_approved","loan_account_id":7})",
          R"({"event":"loan_approved","loan_account_id":"L","loan_account_id":"M"})"}) {
        const auto webhook = read_webhook(body);
        ASSERT_FALSE(webhook.has_value()) << body;
        EXPECT_EQ(webhook.error().code, Code::webhook_unreadable) << body;
    }
}

TEST(MambuWebhook, the_body_of_each_template_is_read) {
    for (const WebhookTemplate& each : webhook_templates()) {
        std::string body(each.body);
        for (const auto& [placeholder, value] :
             {std::pair<std::string, std::string>{"{ACCOUNT_ID}", "LN-1"},
              {"{TRANSACTION_ID}", "7"}})
            if (const std::size_t at = body.find(placeholder); at != body.npos)
                body.replace(at, placeholder.size(), value);
        EXPECT_TRUE(read_webhook(body).has_value()) << body;
    }
}

} // namespace
} // namespace settled::connectors::mambu
