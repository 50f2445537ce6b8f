#include "sandbox/bank/webhooks/payment_payloads.h"

#include "sandbox/bank/webhooks/chaps_documents.h"
#include "sandbox/bank/webhooks/payload_parts.h"
#include "sandbox/base/uuid.h"
#include "wire/json_writer.h"
#include "wire/time.h"

#include <array>

namespace settled::sandbox {

namespace {

using wire::JsonWriter;

struct CodeText {
    std::string_view code;
    std::string_view text;
};

// Texts of CancellationReason for codes that tests use; the bank's own list is open.
constexpr std::array<CodeText, 9> code_texts{{
    {"AC03", "Invalid creditor account number"},
    {"AC06", "Blocked account"},
    {"AC07", "Closed creditor account number"},
    {"AG01", "Transaction forbidden"},
    {"BE08", "Missing debtor name"},
    {"CB_AccountSwitched", "Account switched"},
    {"HOPRJ", "Held outbound payment rejected"},
    {"MD09", "Transaction type not supported"},
    {"MS03", "Not specified reason agent generated"},
}};

std::string_view reason_text(std::string_view code) {
    for (const CodeText& entry : code_texts)
        if (entry.code == code)
            return entry.text;
    return "Rejected";
}

void write_amount(JsonWriter& writer, std::string_view name, Money amount) {
    writer.key(name).raw(decimal(amount)); // a JSON number, as the bank has it
}

void write_supplement(JsonWriter& writer, const Booking& booking,
                      std::string_view returned_scheme_id) {
    writer.member("ActualEndToEndTransactionId", booking.scheme_id);
    if (booking.scheme == "Chaps") {
        writer.key("SupplementaryData").array();
        write_named(writer, "20", booking.scheme_id);
        writer.end();
        writer.member("Iso20022XmlDocument", booking.is_return
                                                 ? pacs_004_of(booking, returned_scheme_id)
                                                 : pacs_008_of(booking));
        return;
    }
    writer.key("SupplementaryData").array();
    write_named(writer, "EndToEndReference", booking.end_to_end_id);
    write_named(writer, "Amount", std::to_string(booking.amount.minor) + ".0"); // pence
    write_named(writer, "Currency", booking.amount.currency.code());
    if (booking.side == Side::debit)
        write_named(writer, "BeneficiaryCustomerAccountName", booking.counterpart_name);
    if (booking.is_return) {
        write_named(writer, "ReturnedPaymentFpId", returned_scheme_id);
        write_named(writer, "PaymentReturnCode", booking.return_code);
    }
    writer.end();
}

void write_head(JsonWriter& writer, const Booking& booking, std::string_view status) {
    writer.object().member("TransactionId", booking.transaction_id).member("Status", status);
    writer.member("Scheme", booking.scheme);
    writer.member("EndToEndTransactionId", booking.end_to_end_id);
    write_amount(writer, "Amount", booking.amount);
    writer.member("CurrencyCode", booking.amount.currency.code());
    writer.member("DebitCreditCode", booking.side == Side::debit ? "Debit" : "Credit");
    writer.member("Reference", booking.reference).member("IsReturn", booking.is_return);
}

// AccountIdentification of both kinds of a failed payment message.
void write_parties(JsonWriter& writer, const Instruction& instruction) {
    writer.key("AccountIdentification").object();
    write_account_ids(writer, "Debtor", instruction.debtor_account);
    writer.key("Creditors").array().object();
    writer.member("Reference", instruction.reference);
    write_amount(writer, "Amount", instruction.amount);
    writer.member("CurrencyCode", "GBP");
    write_ids(writer, instruction.creditor_account);
    writer.member("AccountName", instruction.creditor_name).end().end().end();
}

std::string message_failed(const Instruction& instruction, std::string_view list,
                           std::string_view reason, Rng& rng) {
    JsonWriter writer;
    writer.object().member("MessageId", make_uuid(rng));
    writer.member("PaymentMethodType", instruction.scheme).key(list).array().object();
    writer.member("EndToEndId", instruction.end_to_end_id);
    writer.key("Reasons").array().value(reason).end().end().end();
    write_parties(writer, instruction);
    writer.end();
    return std::move(writer).text();
}

} // namespace

Payload booking_settled(const Booking& booking, std::string_view returned_scheme_id) {
    JsonWriter writer;
    write_head(writer, booking, "Settled");
    writer.member("TimestampSettled", wire::to_rfc3339(booking.settled));
    writer.member("TimestampCreated", wire::to_rfc3339(booking.created));
    write_settled_account(writer, "Account", booking.account, booking.account_owner, "ClearBank");
    write_settled_account(writer, "CounterpartAccount", booking.counterpart,
                          booking.counterpart_name,
                          booking.scheme == "Transfer" ? "ClearBank" : "Another Bank");
    write_supplement(writer, booking, returned_scheme_id);
    writer.end();
    return {"TransactionSettled", 6, std::move(writer).text(), booking.transaction_id};
}

Payload booking_rejected(const Booking& booking, std::string_view code, Instant now) {
    JsonWriter writer;
    write_head(writer, booking, "Rejected");
    writer.member("TimestampModified", wire::to_rfc3339(now));
    writer.member("CancellationReason", reason_text(code)).member("CancellationCode", code);
    write_account_ids(writer, "Account", booking.account);
    write_account_ids(writer, "CounterpartAccount", booking.counterpart);
    writer.end();
    return {"TransactionRejected", 2, std::move(writer).text(), booking.transaction_id};
}

Payload booking_held(const Booking& booking) {
    JsonWriter writer;
    writer.object().member("TimestampCreated", wire::to_rfc3339(booking.created));
    writer.member("Scheme", booking.scheme);
    write_account_ids(writer, "Account", booking.account);
    write_account_ids(writer, "CounterpartAccount", booking.counterpart);
    write_amount(writer, "TransactionAmount", booking.amount);
    writer.member("PaymentReference", booking.reference);
    writer.member("EndToEndTransactionId", booking.end_to_end_id).end();
    const bool outbound = booking.side == Side::debit;
    return {outbound ? "OutboundHeldTransaction" : "InboundHeldTransaction", 1,
            std::move(writer).text(), booking.transaction_id};
}

Payload assessment_failed(const Instruction& instruction, std::string_view reason, Rng& rng) {
    return {"PaymentMessageAssesmentFailed", 1,
            message_failed(instruction, "AssesmentFailure", reason, rng),
            instruction.end_to_end_id};
}

Payload validation_failed(const Instruction& instruction, std::string_view reason, Rng& rng) {
    return {"PaymentMessageValidationFailed", 1,
            message_failed(instruction, "ValidationFailure", reason, rng),
            instruction.end_to_end_id};
}

} // namespace settled::sandbox
