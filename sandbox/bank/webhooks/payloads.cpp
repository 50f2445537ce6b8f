#include "sandbox/bank/webhooks/payloads.h"

#include "sandbox/bank/payments/carriage.h"
#include "sandbox/bank/webhooks/payload_parts.h"
#include "sandbox/base/uuid.h"
#include "wire/json_writer.h"
#include "wire/time.h"

namespace settled::sandbox {

namespace {

using wire::JsonWriter;

std::string xml_text(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
        case '&':
            escaped += "&amp;";
            break;
        case '<':
            escaped += "&lt;";
            break;
        case '>':
            escaped += "&gt;";
            break;
        default:
            escaped += c;
        }
    }
    return escaped;
}

// As much of a pacs.008 as a receiver reads: the ids, the amount and the remittance.
std::string pacs_008(const SettledPayment& payment, std::string_view instruction_id,
                     std::string_view uetr) {
    std::string xml =
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"><FIToFICstmrCdtTrf>"
        "<CdtTrfTxInf><PmtId><InstrId>";
    xml.append(instruction_id).append("</InstrId><EndToEndId>");
    xml.append(xml_text(payment.end_to_end_id)).append("</EndToEndId><UETR>");
    xml.append(uetr).append("</UETR></PmtId><IntrBkSttlmAmt Ccy=\"");
    xml.append(payment.amount.currency.code()).append("\">").append(decimal(payment.amount));
    xml.append("</IntrBkSttlmAmt><RmtInf><Ustrd>").append(xml_text(payment.reference));
    return xml.append("</Ustrd></RmtInf></CdtTrfTxInf></FIToFICstmrCdtTrf></Document>");
}

// Faster Payments: the payer's end-to-end id is in the supplementary data, and the amount there is
// pence with a decimal place ("16000.0" for 160 pounds). CHAPS: "II-" and the instruction id stand
// for the end-to-end id, which is only in the pacs.008. Bacs: the bank's own id.
void write_scheme_part(JsonWriter& writer, const SettledPayment& payment, Rng& rng) {
    if (payment.scheme == "Chaps") {
        const std::string instruction = make_uuid(rng).substr(0, 8);
        const std::string uetr = payment.uetr.empty() ? make_uuid(rng) : payment.uetr;
        writer.member("EndToEndTransactionId", "II-" + instruction);
        writer.member("ActualEndToEndTransactionId", instruction);
        writer.key("SupplementaryData").array();
        write_named(writer, "20", instruction);
        writer.end();
        writer.member("Iso20022XmlDocument", pacs_008(payment, instruction, uetr));
        return;
    }
    if (payment.scheme == "Bacs") {
        writer.member("BacsTransactionId", make_uuid(rng));
        writer.member("BacsTransactionDescription",
                      payment.credit ? "CreditTransactionSettled" : "DebitTransactionSettled");
        writer.member("TransactionCode", "99");
        return;
    }
    writer.member("EndToEndTransactionId", payment.end_to_end_id);
    if (payment.scheme != "FasterPayments")
        return;
    writer.member("ActualEndToEndTransactionId",
                  payment.scheme_id.empty() ? make_uuid(rng) : payment.scheme_id);
    writer.key("SupplementaryData").array();
    write_named(writer, "EndToEndReference", payment.end_to_end_id);
    write_named(writer, "Amount", std::to_string(payment.amount.minor) + ".0");
    writer.end();
}

} // namespace

Payload transaction_settled(const SettledPayment& sent, Instant now, Rng& rng) {
    const SettledPayment payment = carried(sent);
    const std::string id = payment.transaction_id.empty() ? make_uuid(rng) : payment.transaction_id;
    JsonWriter writer;
    writer.object().member("TransactionId", id).member("Status", "Settled");
    writer.member("Scheme", payment.scheme);
    // A JSON number, as the bank has it.
    writer.key("Amount").raw(decimal(payment.amount));
    writer.member("TimestampSettled", wire::to_rfc3339(now));
    writer.member("TimestampCreated", wire::to_rfc3339(now));
    writer.member("CurrencyCode", payment.amount.currency.code());
    writer.member("DebitCreditCode", payment.credit ? "Credit" : "Debit");
    writer.member("Reference", payment.reference);
    writer.member("IsReturn", payment.is_return);
    write_settled_account(writer, "Account", payment.account_iban, payment.account_owner,
                          "ClearBank");
    if (!payment.payer_iban.empty() || !payment.payer_name.empty())
        write_settled_account(writer, "CounterpartAccount", payment.payer_iban, payment.payer_name,
                              "Another Bank");
    write_scheme_part(writer, payment, rng);
    writer.end();
    return {"TransactionSettled", 6, std::move(writer).text(), id};
}

Payload virtual_account_created(const VirtualAccount& account, std::string_view real_account_id,
                                AccountSpelling spelling) {
    const bool as_example = spelling == AccountSpelling::example;
    JsonWriter writer;
    writer.object().member("AccountId", real_account_id).member("VirtualAccountId", account.id);
    writer.key(as_example ? "AccountIdentifier" : "AccountIdentifiers").object();
    writer.member(as_example ? "Iban" : "IBAN", account.iban);
    writer.member(as_example ? "Bban" : "BBAN", account.bban());
    if (as_example && !account.external_id.empty())
        writer.member("ExternalIdentifier", account.external_id);
    writer.end();
    if (!as_example && !account.external_id.empty())
        writer.member("ExternalIdentifier", account.external_id);
    writer.member("OwnerName", account.owner_name);
    writer.member("TimestampCreated", wire::to_rfc3339(account.created_at)).end();
    return {"VirtualAccountCreated", 3, std::move(writer).text(), account.iban};
}

Payload virtual_account_refused(const AccountOrder& order, const Accounts::Refusal& refusal,
                                std::string_view real_account_id, Instant now, Rng& rng) {
    JsonWriter writer;
    writer.object().member("AccountId", real_account_id);
    writer.member("VirtualAccountId", make_uuid(rng));
    writer.key("AccountIdentifier").object();
    if (!order.iban.empty())
        writer.member("Iban", order.iban).member("Bban", bban_of(order.iban));
    if (!order.external_id.empty())
        writer.member("ExternalIdentifier", order.external_id);
    writer.end();
    writer.key("Errors").object().member(refusal.code, refusal.text).end();
    writer.member("OwnerName", order.owner_name);
    writer.member("Timestamp", wire::to_rfc3339(now)).end();
    return {"VirtualAccountCreationFailed", 3, std::move(writer).text(),
            order.iban.empty() ? order.external_id : order.iban};
}

Payload fi_test_event() {
    return {"FITestEvent", 1, "\"test me\"", "test"};
}

} // namespace settled::sandbox
