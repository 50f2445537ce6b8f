#include "connectors/clearbank/webhook.h"

#include "base/limits.h"
#include "connectors/clearbank/names.h"
#include "connectors/clearbank/payment_outcome.h"
#include "connectors/clearbank/schemes/bacs.h"
#include "connectors/clearbank/settlement.h"
#include "connectors/clearbank/statements.h"
#include "crypto/hash.h"
#include "wire/json.h"
#include "wire/json_compare.h"
#include "wire/json_writer.h"

#include <array>

namespace settled::connectors::clearbank {

namespace {

using wire::Json;

// Key parts go into indexes: what is longer than any documented id is replaced by its hash.
std::string bounded(std::string_view part) {
    if (part.size() <= limits::text_bytes_max)
        return std::string(part);
    return to_hex(crypto::sha256(part));
}

// Length-prefixed, so that no two lists of fields give the same key.
void append_field(std::string& key, std::string_view field) {
    key.append(std::to_string(field.size())).append(":").append(bounded(field));
}

std::string first_text(Json object, std::span<const std::string_view> names) {
    for (const std::string_view name : names)
        if (const std::optional<std::string_view> text = text_of(object, name))
            return std::string(*text);
    return {};
}

// The id that correlates webhooks about one thing. Source: the table of types on ClearBank's
// webhook pages; the IBAN for virtual accounts is the requirement's own rule.
std::string unique_id_of(const std::string& type, Json payload) {
    if (type.starts_with("VirtualAccount")) {
        const Json identifiers = virtual_account_identifiers(payload);
        constexpr std::array<std::string_view, 2> among{"IBAN", "ExternalIdentifier"};
        constexpr std::array<std::string_view, 2> beside{"ExternalIdentifier", "VirtualAccountId"};
        std::string id = first_text(identifiers, among);
        return id.empty() ? first_text(payload, beside) : id;
    }
    if (type.starts_with("BacsMandate"))
        return text_or_empty(payload, "MandateId");
    if (type.starts_with("Bacs"))
        return text_or_empty(payload, "BacsTransactionId");
    if (type == "AccountCreated" || type == "AccountDisabled")
        return text_or_empty(payload, "AccountId");
    // Outgoing messages are refused as a whole; a transaction without an end-to-end id still has
    // the bank's own.
    constexpr std::array<std::string_view, 3> names{"EndToEndTransactionId", "MessageId",
                                                    "TransactionId"};
    return first_text(payload, names);
}

// When the event happened, in the payload's own words.
std::string timestamp_of(Json payload) {
    constexpr std::array<std::string_view, 8> names{
        "TimestampCreated",  "TimestampModified", "TimestampSettled", "Timestamp",
        "DisabledTimestamp", "ProcessingDate",    "EventDate",        "SettlementDate"};
    return first_text(payload, names);
}

// The end-to-end ids of the payments that a refused message names: several webhooks may come for
// one message and none of them has a timestamp.
void append_refused_payments(std::string& key, Json payload) {
    for (const std::string_view list :
         {"AssesmentFailure", "AssessmentFailure", "ValidationFailure"}) {
        const std::optional<Json> failures = member_of(payload, list);
        if (!failures || !failures->is_array())
            continue;
        for (std::size_t i = 0; i < failures->size(); ++i)
            append_field(key, text_or_empty(failures->at(i), "EndToEndId"));
    }
}

// ClearBank's rule for a duplicate is the same type, timestamp and id; for transactions the bank's
// own id and the side of the booking are stricter and distinguish the two legs of a transfer.
std::string dedupe_key_of(const std::string& type, const domain::InboundWebhook& webhook,
                          Json payload) {
    std::string key;
    append_field(key, type);
    if (const auto transaction = text_of(payload, "TransactionId")) {
        append_field(key, *transaction);
        append_field(key, text_or_empty(payload, "DebitCreditCode"));
        append_field(key, webhook.suffix);
        return key;
    }
    append_field(key, webhook.unique_id);
    append_field(key, webhook.scheme);
    append_field(key, webhook.suffix);
    if (type == "FITestEvent") {
        // Its payload is a fixed text: only the nonce distinguishes one test from the next.
        append_field(key, std::to_string(webhook.nonce));
    } else if (type != "VirtualAccountCreated") { // an IBAN is opened once
        append_field(key, timestamp_of(payload));
        append_refused_payments(key, payload);
    }
    return key;
}

domain::BankFact fact_of(const std::string& type, Json payload) {
    const bool is_settlement = type == "TransactionSettled";
    const bool is_opened = type == "VirtualAccountCreated";
    const bool is_refused = type == "VirtualAccountCreationFailed";
    const bool is_bacs = is_bacs_report(type);
    const bool is_statement = type == statement_ready_type;
    if (!is_settlement && !is_opened && !is_refused && !is_bacs && !is_statement &&
        !is_payment_outcome(type))
        return domain::ArchivedFact{};
    if (!payload.is_object())
        return domain::UnreadableFact{"Payload is no object"};
    if (is_settlement)
        return read_settlement(payload);
    if (is_statement)
        return read_statement_ready(payload);
    if (is_opened)
        return read_account_opened(payload);
    if (is_bacs)
        return read_bacs(type, payload);
    return is_refused ? read_account_refused(payload) : read_payment_outcome(type, payload);
}

Result<domain::InboundWebhook> read_envelope(Json envelope) {
    if (!envelope.is_object())
        return fail(Code::webhook_unreadable, "the body is no JSON object");
    const std::optional<std::string_view> type = text_of(envelope, "Type");
    if (!type || type->size() > limits::text_bytes_max)
        return fail(Code::webhook_unreadable, "Type is missing or unreadable");
    const std::optional<Json> nonce = member_of(envelope, "Nonce");
    const std::optional<std::int64_t> number = nonce ? nonce->integer() : std::nullopt;
    if (!number)
        return fail(Code::webhook_unreadable, "Nonce is missing or no 64-bit integer");

    domain::InboundWebhook webhook;
    webhook.type = *type;
    webhook.nonce = *number;
    if (const std::optional<Json> version = member_of(envelope, "Version"))
        webhook.version = version->integer().value_or(0);
    return webhook;
}

// Members of a payload that is no object are absent: the hash then stands for the id.
void read_payload(domain::InboundWebhook& webhook, Json payload) {
    const std::string type = base_type(webhook.type);
    webhook.payload_digest = crypto::sha256(wire::canonical_json(payload));
    webhook.unique_id = bounded(unique_id_of(type, payload));
    if (webhook.unique_id.empty())
        webhook.unique_id = to_hex(crypto::sha256(payload.raw()));
    constexpr std::array<std::string_view, 2> scheme_names{"Scheme", "PaymentMethodType"};
    webhook.scheme = bounded(first_text(payload, scheme_names));
    const std::optional<Json> is_return = member_of(payload, "IsReturn");
    webhook.suffix = is_return && is_return->boolean() == true ? "-REV" : "";
    webhook.dedupe_key = dedupe_key_of(type, webhook, payload);
    webhook.fact = fact_of(type, payload);
}

} // namespace

Result<domain::InboundWebhook> read_webhook(std::string_view body) {
    const Result<wire::JsonDocument> document = wire::JsonDocument::parse(body);
    if (!document)
        return fail(Code::webhook_unreadable, std::string(info(document.error().code).title));
    TRY(domain::InboundWebhook webhook, read_envelope(document->root()));
    if (const std::optional<Json> payload = document->root().member_any_case("Payload")) {
        read_payload(webhook, *payload);
    } else {
        webhook.payload_digest = crypto::sha256({});
        webhook.unique_id = to_hex(webhook.payload_digest);
        append_field(webhook.dedupe_key, base_type(webhook.type));
        append_field(webhook.dedupe_key, webhook.unique_id);
        webhook.fact = domain::UnreadableFact{"Payload is missing"};
    }
    return webhook;
}

std::string answer_body(std::int64_t nonce) {
    wire::JsonWriter writer;
    writer.object().member("Nonce", nonce).end();
    return std::move(writer).text();
}

} // namespace settled::connectors::clearbank
