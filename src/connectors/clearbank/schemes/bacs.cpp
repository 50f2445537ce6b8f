#include "connectors/clearbank/schemes/bacs.h"

#include "base/error.h"
#include "connectors/clearbank/names.h"
#include "connectors/shown_text.h"

#include <algorithm>
#include <array>
#include <optional>

namespace settled::connectors::clearbank {

namespace {

using domain::BacsFact;
using domain::BacsStatus;
using domain::BacsSubject;
using wire::Json;

// Which member names our account, and which the other side's.
struct Report {
    std::string_view type;
    BacsSubject subject;
    BacsStatus status;
    std::string_view ours;
    std::string_view theirs;
};

constexpr std::array reports{
    Report{"BacsDirectCreditInboundPaymentCreated", BacsSubject::credit, BacsStatus::announced,
           "BeneficiaryDetails", "ServiceUserInformation"},
    Report{"BacsDirectCreditInboundPaymentHeld", BacsSubject::credit, BacsStatus::held,
           "BeneficiaryDetails", "ServiceUserInformation"},
    Report{"BacsDirectCreditRecalled", BacsSubject::credit, BacsStatus::recalled,
           "CreditorInformation", "DebtorInformation"},
    Report{"BacsDirectCreditReturnCreated", BacsSubject::credit, BacsStatus::returned,
           "BeneficiaryDetails", "ServiceUserInformation"},
    Report{"BacsUnappliedCreditReceived", BacsSubject::credit, BacsStatus::unapplied,
           "DebtorInformation", "CreditorInformation"},
    Report{"BacsDirectDebitInboundPaymentCreated", BacsSubject::direct_debit, BacsStatus::announced,
           "PayerInformation", "OriginatorInformation"},
    Report{"BacsDirectDebitReturnCreated", BacsSubject::direct_debit, BacsStatus::returned,
           "PayerInformation", "OriginatorInformation"},
    Report{"BacsDirectDebitIndemnityClaimReceived", BacsSubject::direct_debit, BacsStatus::claimed,
           "DebtorInformation", "CreditorInformation"},
    Report{"BacsUnpaidDirectDebitReceived", BacsSubject::direct_debit, BacsStatus::unpaid,
           "CreditorInformation", "DebtorInformation"},
    Report{"BacsMandateInitiated", BacsSubject::mandate, BacsStatus::initiated, "PayerInformation",
           "OriginatorInformation"},
    Report{"BacsMandateMigrated", BacsSubject::mandate, BacsStatus::migrated, "PayerInformation",
           "OriginatorInformation"},
    Report{"BacsMandateCancelled", BacsSubject::mandate, BacsStatus::cancelled, "PayerInformation",
           "OriginatorInformation"},
    Report{"BacsMandateReturned", BacsSubject::mandate, BacsStatus::returned, "PayerInformation",
           "OriginatorInformation"},
    Report{"BacsMandateInitiationFailed", BacsSubject::mandate, BacsStatus::failed,
           "PayerInformation", "OriginatorInformation"},
    Report{"BacsMandateCancellationFailed", BacsSubject::mandate, BacsStatus::failed,
           "PayerInformation", "OriginatorInformation"},
    Report{"BacsMandateReturnFailed", BacsSubject::mandate, BacsStatus::failed, "PayerInformation",
           "OriginatorInformation"},
};

const Report* report_of(std::string_view type) {
    const auto* const found = std::ranges::find(reports, type, &Report::type);
    return found == reports.end() ? nullptr : found;
}

std::unexpected<Error> unreadable(std::string_view member) {
    return fail(Code::webhook_unreadable, std::string(member) + " is missing or unreadable");
}

domain::Party party_of(Json payload, std::string_view name) {
    domain::Party party;
    const std::optional<Json> member = member_of(payload, name);
    if (!member || !member->is_object())
        return party;
    party.name = shown_text(text_or_empty(*member, "AccountName"));
    party.sort_code = id_or_empty(*member, "SortCode");
    party.account_number = id_or_empty(*member, "AccountNumber");
    return party;
}

// Bacs carries sterling alone.
Result<Money> amount_of(Json payload) {
    const std::optional<Json> member = member_of(payload, "Amount");
    const std::optional<std::string_view> digits = member ? member->number() : std::nullopt;
    if (!digits)
        return unreadable("Amount");
    const Result<Money> amount = parse_money(*digits, Currency::parse("GBP").value());
    if (!amount || amount->minor <= 0)
        return unreadable("Amount");
    return *amount;
}

// "2018-12-30" of "2018-12-30T00:00:00Z".
std::string day_of(Json payload) {
    for (const std::string_view name : {"ProcessingDate", "EventDate"}) {
        const std::string text = text_or_empty(payload, name);
        if (text.size() >= 10 && text[4] == '-' && text[7] == '-')
            return text.substr(0, 10);
    }
    return {};
}

Result<std::string> mandate_id_of(Json payload, const BacsFact& fact) {
    std::string id = id_or_empty(payload, "MandateId");
    if (!id.empty())
        return id;
    const std::string account = domain::account_key_of(fact.account);
    if (fact.service_user_number.empty() || fact.reference.empty() || account.empty())
        return unreadable("MandateId");
    return fact.service_user_number + "/" + fact.reference + "/" + account;
}

Result<BacsFact> fact_of(const Report& report, Json payload) {
    BacsFact fact;
    fact.subject = report.subject;
    fact.status = report.status;
    fact.account = party_of(payload, report.ours);
    fact.counterparty = party_of(payload, report.theirs);
    fact.reference = id_or_empty(payload, "Reference");
    if (fact.reference.empty())
        fact.reference = id_or_empty(payload, "PaymentReference");
    fact.service_user_number = id_or_empty(payload, "ServiceUserNumber");
    fact.transaction_code = id_or_empty(payload, "TransactionCode");
    fact.reason_code = id_or_empty(payload, "ReasonCode");
    if (fact.reason_code.empty())
        fact.reason_code = id_or_empty(payload, "ReasonCodes");
    fact.detail = shown_text(text_or_empty(payload, "ErrorMessage"));
    fact.day = day_of(payload);
    if (report.subject == BacsSubject::mandate) {
        TRY(fact.bank_id, mandate_id_of(payload, fact));
        return fact;
    }
    fact.bank_id = id_or_empty(payload, "BacsTransactionId");
    if (fact.bank_id.empty())
        return unreadable("BacsTransactionId");
    if (report.status == BacsStatus::returned) {
        fact.returned_by = std::move(fact.bank_id);
        fact.bank_id = id_or_empty(payload, "OriginalBacsTransactionId");
        if (fact.bank_id.empty())
            return unreadable("OriginalBacsTransactionId");
    }
    TRY(fact.amount, amount_of(payload));
    return fact;
}

bool is_direct_debit(Json payload) {
    constexpr std::array<std::string_view, 4> codes{"01", "17", "18", "19"};
    const std::string description = text_or_empty(payload, "BacsTransactionDescription");
    if (description.contains("Contra") || description.contains("Indemnity"))
        return false;
    const std::string code = text_or_empty(payload, "TransactionCode");
    return description == "DebitTransactionSettled" ||
           std::ranges::find(codes, code) != codes.end() ||
           !text_or_empty(payload, "DirectDebitMandateId").empty();
}

} // namespace

bool is_bacs_report(std::string_view type) {
    return report_of(type) != nullptr;
}

domain::BankFact read_bacs(std::string_view type, Json payload) {
    Result<BacsFact> read = fact_of(*report_of(type), payload);
    if (!read)
        return domain::UnreadableFact{std::move(read).error().detail};
    return *std::move(read);
}

void read_bacs_members(domain::SettlementFact& fact, Json payload) {
    if (fact.scheme != "Bacs")
        return;
    fact.bacs_id = id_or_empty(payload, "BacsTransactionId");
    fact.is_direct_debit = !fact.credit && !fact.is_return && is_direct_debit(payload);
    // A credit that goes back is known by the webhook that names its original; until that comes, by
    // the return's own id.
    if (!fact.credit && fact.is_return)
        fact.uetr = fact.bacs_id;
}

} // namespace settled::connectors::clearbank
