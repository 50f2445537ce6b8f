#include "sandbox/base/uuid.h"
#include "sandbox/provider/provider.h"
#include "wire/json_writer.h"
#include "wire/time.h"

namespace settled::sandbox {

namespace {

using wire::JsonWriter;

void write_party(JsonWriter& writer, std::string_view key, const std::string& name,
                 const std::string& iban) {
    if (name.empty() && iban.empty())
        return;
    writer.key(key).object();
    if (!name.empty())
        writer.member("name", name);
    if (!iban.empty())
        writer.member("iban", iban);
    writer.end();
}

void write_identification(JsonWriter& writer, std::string_view type, std::string_view text) {
    writer.object().member("type", type).member("identification", text).end();
}

// British accounts are sort code and account number at Yapily, in either order; others are IBANs.
void write_identifications(JsonWriter& writer, const std::string& iban) {
    writer.key("accountIdentifications").array();
    if (iban.size() == 22 && iban.starts_with("GB")) {
        write_identification(writer, "ACCOUNT_NUMBER", iban.substr(14));
        write_identification(writer, "SORT_CODE", iban.substr(8, 6));
    } else {
        write_identification(writer, "IBAN", iban);
    }
    writer.end();
}

void write_yapily_party(JsonWriter& writer, std::string_view key, const std::string& name,
                        const std::string& iban) {
    if (iban.empty())
        return;
    writer.key(key).object().member("name", name);
    write_identifications(writer, iban);
    writer.end();
}

} // namespace

std::string native_json(const ProviderPayment& payment) {
    JsonWriter writer;
    writer.object()
        .member("client_id", payment.id)
        .member("institution_id", payment.institution_id);
    writer.member("scheme", payment.scheme);
    writer.key("amount").object().member("value", decimal(payment.amount));
    writer.member("currency", payment.amount.currency.code()).end();
    if (!payment.reference.empty())
        writer.member("reference", payment.reference);
    writer.member("end_to_end_id", payment.end_to_end_id);
    writer.member("created_at", wire::to_rfc3339(payment.created));
    write_party(writer, "payee", payment.payee_name, payment.payee_iban);
    write_party(writer, "payer", payment.payer_name, payment.payer_iban);
    writer.end();
    return std::move(writer).text();
}

std::string yapily_json(const ProviderPayment& payment, Rng& rng) {
    const std::string created = wire::to_rfc3339(payment.created);
    const std::string amount = decimal(payment.amount); // a JSON number there
    const std::string_view currency = payment.amount.currency.code();
    JsonWriter writer;
    writer.object();
    writer.key("meta").object().member("tracingId", make_uuid(rng)).end();
    writer.key("data").object().member("id", payment.id);
    writer.member("institutionConsentId", "sdp-1-" + make_uuid(rng));
    writer.member("paymentIdempotencyId", payment.end_to_end_id);
    writer.member("paymentLifecycleId",
                  std::string(payment.end_to_end_id.rbegin(), payment.end_to_end_id.rend()));
    writer.member("status", "COMPLETED");
    writer.key("statusDetails").object().member("status", "COMPLETED");
    writer.member("statusUpdateDate", created);
    // Accepted by the payer's bank, which is no evidence that money moved.
    writer.key("isoStatus").object().member("code", "ACSP");
    writer.member("name", "AcceptedSettlementInProcess").end().end();
    write_yapily_party(writer, "payer", payment.payer_name, payment.payer_iban);
    write_yapily_party(writer, "payeeDetails", payment.payee_name, payment.payee_iban);
    if (!payment.reference.empty())
        writer.member("reference", payment.reference);
    writer.key("amount").raw(amount).member("currency", currency);
    writer.key("amountDetails").object().key("amount").raw(amount);
    writer.member("currency", currency).end();
    writer.member("createdAt", created).end().end();
    return std::move(writer).text();
}

} // namespace settled::sandbox
