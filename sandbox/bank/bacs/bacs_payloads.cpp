#include "sandbox/bank/bacs/bacs_payloads.h"

#include "base/iban.h"
#include "sandbox/bank/webhooks/payload_parts.h"
#include "wire/json_writer.h"
#include "wire/time.h"

namespace settled::sandbox {

namespace {

using wire::JsonWriter;

void write_party(JsonWriter& writer, std::string_view key, std::string_view account,
                 std::string_view name) {
    const std::string digits = account_key(account);
    writer.key(key).object().member("AccountName", name);
    writer.member("SortCode", digits.substr(0, std::min<std::size_t>(6, digits.size())));
    writer.member("AccountNumber", digits.size() == 14 ? digits.substr(6) : "").end();
}

std::string_view code_of(const BacsItem& item) {
    return item.kind == BacsKind::direct_debit ? "17"
           : item.kind == BacsKind::unapplied  ? "RA"
                                               : "99";
}

void write_common(JsonWriter& writer, const BacsItem& item) {
    writer.member("Reference", item.reference).key("Amount").raw(decimal(item.amount));
    writer.member("ProcessingDate", item.day + "T00:00:00Z");
    writer.member("TransactionCode", code_of(item)).member("ServiceUserNumber", "010203");
    writer.member("Source", "Bacs").member("BacsTransactionId", item.id);
}

Payload payload_of(const BacsItem& item, std::string_view type, int version, std::string_view ours,
                   std::string_view theirs) {
    JsonWriter writer;
    writer.object();
    write_party(writer, ours, item.account, item.account_owner);
    write_party(writer, theirs, item.other_account, item.other_name);
    write_common(writer, item);
    writer.end();
    return {std::string(type), version, std::move(writer).text(), item.id};
}

} // namespace

Payload bacs_announced(const BacsItem& item) {
    if (item.kind == BacsKind::direct_debit)
        return payload_of(item, "BacsDirectDebitInboundPaymentCreated", 2, "PayerInformation",
                          "OriginatorInformation");
    return payload_of(item, "BacsDirectCreditInboundPaymentCreated", 2, "BeneficiaryDetails",
                      "ServiceUserInformation");
}

Payload bacs_held(const BacsItem& item) {
    return payload_of(item, "BacsDirectCreditInboundPaymentHeld", 3, "BeneficiaryDetails",
                      "ServiceUserInformation");
}

// Its page has other names for the same members, and a time without a zone.
Payload bacs_recalled(const BacsItem& item) {
    JsonWriter writer;
    writer.object();
    write_party(writer, "CreditorInformation", item.account, item.account_owner);
    write_party(writer, "DebtorInformation", item.other_account, item.other_name);
    writer.member("ServiceUserNumber", "010203").key("Amount").raw(decimal(item.amount));
    writer.member("PaymentReference", item.reference).member("TransactionCode", "99");
    writer.member("Status", "Recalled").member("ProcessingDate", item.day + "T00:00:00");
    writer.member("Source", "Portal").member("BacsTransactionId", item.id).end();
    return {"BacsDirectCreditRecalled", 1, std::move(writer).text(), item.id};
}

Payload bacs_unapplied(const BacsItem& item) {
    return payload_of(item, "BacsUnappliedCreditReceived", 3, "DebtorInformation",
                      "CreditorInformation");
}

Payload bacs_claimed(const BacsItem& item) {
    return payload_of(item, "BacsDirectDebitIndemnityClaimReceived", 3, "DebtorInformation",
                      "CreditorInformation");
}

Payload bacs_return_created(const BacsItem& item, std::string_view reason) {
    const bool is_debit = item.kind == BacsKind::direct_debit;
    JsonWriter writer;
    writer.object();
    write_party(writer, is_debit ? "PayerInformation" : "BeneficiaryDetails", item.account,
                item.account_owner);
    write_party(writer, is_debit ? "OriginatorInformation" : "ServiceUserInformation",
                item.other_account, item.other_name);
    writer.member("ReasonCode", reason).member("Reference", item.reference);
    writer.key("Amount").raw(decimal(item.amount)).member("TransactionCode", code_of(item));
    writer.member("Source", "Bacs").member("BacsTransactionId", item.return_id);
    writer.member("OriginalBacsTransactionId", item.id).end();
    return {is_debit ? "BacsDirectDebitReturnCreated" : "BacsDirectCreditReturnCreated", 4,
            std::move(writer).text(), item.return_id};
}

Payload bacs_settled(const BacsItem& item, bool back, std::string_view transaction_id,
                     Instant now) {
    const bool is_credit = (item.kind != BacsKind::direct_debit) != back;
    JsonWriter writer;
    writer.object().member("TransactionId", transaction_id).member("Status", "Settled");
    writer.member("Scheme", "Bacs").key("Amount").raw(decimal(item.amount));
    writer.member("TimestampSettled", wire::to_rfc3339(now));
    writer.member("TimestampCreated", wire::to_rfc3339(now)).member("CurrencyCode", "GBP");
    writer.member("DebitCreditCode", is_credit ? "Credit" : "Debit");
    writer.member("Reference", item.reference).member("IsReturn", back);
    write_settled_account(writer, "Account", item.account, item.account_owner, "ClearBank");
    write_settled_account(writer, "CounterpartAccount", item.other_account, item.other_name,
                          "Another Bank");
    writer.member("TransactionCode", code_of(item));
    writer.member("BacsTransactionId", back ? item.return_id : item.id);
    writer.member("BacsTransactionDescription",
                  is_credit ? "CreditTransactionSettled" : "DebitTransactionSettled");
    writer.end();
    return {"TransactionSettled", 6, std::move(writer).text(), std::string(transaction_id)};
}

Payload bacs_mandate(const BacsMandate& mandate, std::string_view type) {
    JsonWriter writer;
    writer.object().member("MandateId", mandate.id);
    write_party(writer, "PayerInformation", mandate.account, "");
    write_party(writer, "OriginatorInformation", "60161331926819", mandate.originator);
    writer.member("ServiceUserNumber", "010203").member("Reference", mandate.reference);
    writer.member("TransactionCode", "0N").member("Source", "Bacs").end();
    return {std::string(type), 2, std::move(writer).text(), mandate.id};
}

} // namespace settled::sandbox
