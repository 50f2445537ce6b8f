#include "connectors/mambu/webhook.h"

#include "base/limits.h"
#include "payloads/reader.h"
#include "wire/json.h"

#include <array>
#include <vector>

namespace settled::connectors::mambu {

namespace {

constexpr std::array<std::string_view, 2> events{"loan_approved", "loan_disbursed"};
constexpr std::array<std::string_view, 2> types{"LoanApproved", "LoanDisbursed"};

constexpr std::array<WebhookTemplate, 2> templates{{
    {"settled: loan disbursed", "Loan Disbursement",
     R"({"event":"loan_disbursed","loan_account_id":"{ACCOUNT_ID}","transaction_id":"{TRANSACTION_ID}"})"},
    {"settled: loan approved", "Loan Approved",
     R"({"event":"loan_approved","loan_account_id":"{ACCOUNT_ID}","transaction_id":""})"},
}};

Result<> check_secret(std::string_view content) {
    if (content.size() < secret_bytes_min)
        return fail(Code::key_unsuitable, "it has less than 16 bytes");
    return {};
}

std::unexpected<Error> unreadable(std::string_view why) {
    return fail(Code::webhook_unreadable, std::string(why));
}

// Length-prefixed, so that no two webhooks have the same key.
std::string key_of(std::string_view event, const domain::CoreBankFact& fact) {
    std::string key;
    for (const std::string_view part :
         {event, std::string_view(fact.loan_account_id), std::string_view(fact.transaction_id)})
        key.append(std::to_string(part.size())).append(":").append(part);
    return key;
}

} // namespace

Result<WebhookProof> WebhookProof::open(const domain::ConnectorSettings& settings,
                                        const OpenSecret& open_secret) {
    WebhookProof proof;
    if (settings.webhook_secret.empty() ||
        settings.webhook_header.empty() == settings.webhook_username.empty())
        return fail(Code::value_invalid,
                    "webhooks are proved by a header or by a user name, with a secret");
    TRY(const Secret secret, open_secret(settings.webhook_secret, check_secret));
    if (!settings.webhook_header.empty()) {
        proof.header_ = settings.webhook_header;
        proof.expected_ = crypto::sha256(secret.reveal()); // only its hash is kept
        return proof;
    }
    std::vector<Secret> passwords;
    passwords.push_back(secret.copy());
    TRY(proof.basic_, BasicAuth::make(settings.webhook_username, passwords));
    return proof;
}

// By hashes, so that not even the length of the secret shows.
Result<> WebhookProof::check(const HeaderLookup& headers) const {
    if (basic_)
        return basic_->check(headers);
    const std::optional<std::string_view> given = headers(header_);
    if (!given)
        return fail(Code::signature_missing, "the header " + header_ + " is missing");
    if (!crypto::equal_in_constant_time(crypto::sha256(*given), expected_))
        return fail(Code::signature_invalid, "the header has another secret");
    return {};
}

Result<domain::InboundWebhook> read_webhook(std::string_view body) {
    const Result<wire::JsonDocument> document = wire::JsonDocument::parse(body);
    if (!document || !document->root().is_object())
        return unreadable("it is no JSON object");
    payloads::Reader in(document->root());
    const std::string event = in.text("event", limits::text_bytes_max);
    domain::CoreBankFact fact;
    fact.loan_account_id = in.text("loan_account_id", limits::text_bytes_max);
    fact.transaction_id = in.optional_text("transaction_id", limits::text_bytes_max);
    if (const Result<> read = in.finish(); !read)
        return unreadable(read.error().detail);
    const bool is_disbursement = event == events[1];
    if (event != events[0] && !is_disbursement)
        return unreadable("give the event loan_approved or loan_disbursed");
    if (is_disbursement && fact.transaction_id.empty())
        return unreadable("a loan_disbursed has a transaction_id");
    fact.event = is_disbursement ? domain::CoreBankFact::Event::loan_disbursed
                                 : domain::CoreBankFact::Event::loan_approved;
    domain::InboundWebhook webhook;
    webhook.type = types[is_disbursement ? 1 : 0];
    webhook.unique_id = is_disbursement ? fact.transaction_id : fact.loan_account_id;
    webhook.dedupe_key = key_of(event, fact);
    webhook.payload_digest = crypto::sha256(webhook.dedupe_key);
    webhook.fact = std::move(fact);
    return webhook;
}

std::span<const WebhookTemplate> webhook_templates() {
    return templates;
}

} // namespace settled::connectors::mambu
