#include "connectors/clearbank/settlement.h"

#include "base/limits.h"
#include "connectors/clearbank/names.h"
#include "connectors/clearbank/schemes/bacs.h"
#include "connectors/shown_text.h"
#include "match/match_fields.h"
#include "wire/money.h"
#include "wire/time.h"

#include <array>
#include <string>
#include <vector>

namespace settled::connectors::clearbank {

namespace {

using wire::Json;

std::unexpected<Error> unreadable(std::string_view member) {
    return fail(Code::webhook_unreadable, std::string(member) + " is missing or unreadable");
}

Result<std::string> needed_text(Json payload, std::string_view name) {
    const std::optional<std::string_view> text = text_of(payload, name);
    if (!text || text->size() > limits::text_bytes_max)
        return unreadable(name);
    return std::string(*text);
}

// The digits of the number's token: the amount never passes through floating point. Zero and less
// are refused, since the direction has a member of its own.
Result<Money> needed_amount(Json payload) {
    TRY(const std::string code, needed_text(payload, "CurrencyCode"));
    const Result<Currency> currency = Currency::parse(code);
    if (!currency)
        return unreadable("CurrencyCode");
    const std::optional<Json> member = member_of(payload, "Amount");
    const std::optional<std::string_view> digits = member ? member->number() : std::nullopt;
    if (!digits)
        return unreadable("Amount");
    const Result<Money> amount = parse_money(wire::plain_decimal(*digits), *currency);
    if (!amount || amount->minor <= 0)
        return unreadable("Amount");
    return *amount;
}

// "Credit" and "Debit" in webhooks; the transaction endpoints write CRDT and DBIT.
Result<bool> needed_credit(Json payload) {
    const std::optional<std::string_view> code = text_of(payload, "DebitCreditCode");
    if (code == "Credit" || code == "CRDT")
        return true;
    if (code == "Debit" || code == "DBIT")
        return false;
    return unreadable("DebitCreditCode");
}

// Absent means no. Anything but true and false is unreadable: a return taken for a payment would
// be repaid.
Result<bool> is_return_of(Json payload) {
    const std::optional<Json> member = member_of(payload, "IsReturn");
    if (!member)
        return false;
    if (const std::optional<bool> flag = member->boolean())
        return *flag;
    return unreadable("IsReturn");
}

domain::Party party_of(const std::optional<Json>& account, std::string_view name_member) {
    domain::Party party;
    if (!account)
        return party;
    party.name = text_or_empty(*account, name_member);
    if (party.name.empty())
        party.name = text_or_empty(*account, "OwnerName");
    party.iban = text_or_empty(*account, "IBAN");
    party.bban = text_or_empty(*account, "BBAN");
    return party;
}

// Value of the first entry of SupplementaryData with that name; names may repeat.
std::optional<std::string_view> supplementary(Json payload, std::string_view name) {
    const std::optional<Json> entries = member_of(payload, "SupplementaryData");
    if (!entries || !entries->is_array())
        return std::nullopt;
    for (std::size_t i = 0; i < entries->size(); ++i) {
        const Json entry = entries->at(i);
        if (entry.is_object() && text_of(entry, "Name") == name)
            return text_of(entry, "Value");
    }
    return std::nullopt;
}

// Faster Payments carries the payer's end-to-end id to us in the supplementary data; the payload's
// own end-to-end id is then the sending bank's. A sentinel there ("NOTPROVIDED") says nothing. Of a
// payment that we made, the payload's own is ours.
std::string end_to_end_id_of(Json payload, bool is_our_payment) {
    const std::optional<std::string_view> carried =
        is_our_payment ? std::nullopt : supplementary(payload, "EndToEndReference");
    if (carried && !match::canonical(*carried).empty())
        return std::string(*carried);
    return text_or_empty(payload, "EndToEndTransactionId");
}

bool is_uuid(std::string_view text) {
    if (text.size() != 36)
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool dash_here = i == 8 || i == 13 || i == 18 || i == 23;
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (dash_here ? c != '-' : !hex)
            return false;
    }
    return true;
}

// The text of the first element of that name with a UUID in it; `tag` ends with '>'. A scan and no
// XML parser: the document was signed by the bank, and a value that has the shape of a UUID cannot
// be anything else.
std::string uuid_in(std::string_view tag, Json payload) {
    const std::optional<std::string_view> xml = text_of(payload, "Iso20022XmlDocument");
    if (!xml)
        return {};
    for (std::size_t at = xml->find(tag); at != std::string_view::npos;
         at = xml->find(tag, at + tag.size())) {
        const bool whole_name = at > 0 && ((*xml)[at - 1] == '<' || (*xml)[at - 1] == ':');
        const std::string_view after = xml->substr(at + tag.size());
        if (!whole_name || after.size() < 37 || after[36] != '<' || !is_uuid(after.substr(0, 36)))
            continue;
        std::string uetr(after.substr(0, 36));
        for (char& c : uetr)
            c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
        return uetr;
    }
    return {};
}

// <OrgnlUETR> names an earlier payment: the one that was returned. A return that does not name it
// there may carry that payment's UETR as its own.
std::string uetr_of(Json payload, bool is_return) {
    std::string original = is_return ? uuid_in("OrgnlUETR>", payload) : std::string();
    return original.empty() ? uuid_in("UETR>", payload) : original;
}

// What follows the opening tag `name` in an XML document, with or without a namespace prefix; "" if
// there is none. A scan, as above.
std::string_view behind_tag(std::string_view xml, std::string_view name) {
    for (std::size_t at = xml.find(name); at != std::string_view::npos;
         at = xml.find(name, at + name.size())) {
        const std::string_view after = xml.substr(at + name.size());
        std::size_t begin = at;
        while (begin > 0 && xml[begin - 1] != '<' && xml[begin - 1] != '/' && at - begin < 32)
            --begin;
        const bool is_whole = begin == at || xml[at - 1] == ':';
        if (is_whole && begin > 0 && xml[begin - 1] == '<' && after.starts_with('>'))
            return after.substr(1);
    }
    return {};
}

// Its text, unless it has an XML entity in it or is longer than it may be.
std::string text_behind(std::string_view after, std::size_t characters_max) {
    const std::string_view text = after.substr(0, after.find('<'));
    if (text.size() > characters_max || text.size() == after.size() || text.contains('&'))
        return {};
    return std::string(text);
}

// <OrgnlEndToEndId> of a pacs.004: the id that we gave the payment which comes back. One with an XML
// entity, or longer than any end-to-end id, is none of ours.
std::string original_end_to_end_id_of(Json payload) {
    constexpr std::size_t characters_max = 35;
    return text_behind(
        behind_tag(text_of(payload, "Iso20022XmlDocument").value_or(""), "OrgnlEndToEndId"),
        characters_max);
}

// The bank's member, which Faster Payments has; else the scheme's code (ISO 20022 external return
// reason) in the pacs.004 by which CHAPS returns.
std::string return_reason_of(Json payload) {
    constexpr std::size_t characters_max = 4;
    if (const auto code = supplementary(payload, "PaymentReturnCode"); code && !code->empty())
        return std::string(*code);
    const std::string_view reason =
        behind_tag(text_of(payload, "Iso20022XmlDocument").value_or(""), "RtrRsnInf");
    return text_behind(behind_tag(reason.substr(0, reason.find("RtrRsnInf>")), "Cd"),
                       characters_max);
}

Result<domain::SettlementFact> settlement_of(Json payload) {
    domain::SettlementFact fact;
    TRY(fact.transaction_id, needed_text(payload, "TransactionId"));
    TRY(fact.amount, needed_amount(payload));
    TRY(fact.credit, needed_credit(payload));
    TRY(fact.is_return, is_return_of(payload));
    if (fact.is_return) {
        fact.return_reason = return_reason_of(payload);
        const std::string_view returned =
            supplementary(payload, "ReturnedPaymentFpId").value_or("");
        if (returned.size() <= limits::text_bytes_max)
            fact.returned_payment_id = returned;
        fact.original_end_to_end_id = original_end_to_end_id_of(payload);
    }
    if (const auto status = text_of(payload, "Status"); status && *status != "Settled")
        return unreadable("Status");

    fact.account = party_of(member_of(payload, "Account"), "OwnerName");
    if (domain::account_key_of(fact.account).empty())
        return unreadable("Account");
    TRY(const std::string settled_at, needed_text(payload, "TimestampSettled"));
    const Result<Instant> at = wire::parse_bank_time(settled_at);
    if (!at)
        return unreadable("TimestampSettled");
    fact.settled_at = *at;

    // The name on the transaction is what the payer's bank sent; the owner's is what the bank
    // knows.
    fact.counterparty = party_of(member_of(payload, "CounterpartAccount"), "TransactionOwnerName");
    fact.scheme = text_or_empty(payload, "Scheme");
    fact.reference = text_or_empty(payload, "Reference");
    fact.end_to_end_id = end_to_end_id_of(payload, !fact.credit && !fact.is_return);
    fact.actual_end_to_end_id = id_or_empty(payload, "ActualEndToEndTransactionId");
    fact.uetr = uetr_of(payload, fact.is_return);
    read_bacs_members(fact, payload);
    return fact;
}

// In the table of the page it is next to the identifiers, in the example among them.
std::string external_id_of(Json payload, Json identifiers) {
    std::string id = id_or_empty(identifiers, "ExternalIdentifier");
    return id.empty() ? id_or_empty(payload, "ExternalIdentifier") : id;
}

Result<domain::AccountOpenedFact> account_opened_of(Json payload) {
    const Json identifiers = virtual_account_identifiers(payload);
    domain::AccountOpenedFact fact;
    TRY(fact.bank_account_id, needed_text(payload, "VirtualAccountId"));
    fact.owner_name = text_or_empty(payload, "OwnerName");
    fact.account.name = fact.owner_name;
    fact.account.iban = text_or_empty(identifiers, "IBAN");
    fact.account.bban = text_or_empty(identifiers, "BBAN");
    if (domain::account_key_of(fact.account).empty())
        return unreadable("AccountIdentifier");
    fact.external_id = external_id_of(payload, identifiers);
    return fact;
}

// {"AccountIbanSortCode":"Invalid Sort Code"}; a list of texts counts as well, for each code or
// instead of codes.
std::vector<domain::AccountRefusedFact::Reason> reasons_in(Json payload) {
    std::vector<domain::AccountRefusedFact::Reason> reasons;
    const std::optional<Json> errors = member_of(payload, "Errors");
    if (!errors)
        return reasons;
    if (const auto text = errors->string())
        reasons.push_back({.code = {}, .text = shown_text(*text)});
    for (std::size_t i = 0; i < errors->size(); ++i) {
        const Json value = errors->at(i);
        std::string text(value.string().value_or(std::string_view()));
        for (std::size_t j = 0; value.is_array() && j < value.size(); ++j)
            text.append(text.empty() ? "" : ", ").append(value.at(j).string().value_or(""));
        const std::string_view code = errors->is_object() ? errors->name_at(i) : std::string_view();
        reasons.push_back({.code = shown_text(code), .text = shown_text(text)});
    }
    return reasons;
}

Result<domain::AccountRefusedFact> account_refused_of(Json payload) {
    const Json identifiers = virtual_account_identifiers(payload);
    domain::AccountRefusedFact fact;
    fact.bank_account_id = id_or_empty(payload, "VirtualAccountId");
    fact.external_id = external_id_of(payload, identifiers);
    fact.iban = id_or_empty(identifiers, "IBAN");
    if (fact.bank_account_id.empty() && fact.external_id.empty() && fact.iban.empty())
        return unreadable("AccountIdentifier");
    fact.reasons = reasons_in(payload);
    return fact;
}

template <class Fact>
domain::BankFact fact_or_reason(Result<Fact> read) {
    if (!read)
        return domain::UnreadableFact{std::move(read).error().detail};
    return *std::move(read);
}

} // namespace

wire::Json virtual_account_identifiers(wire::Json payload) {
    constexpr std::array<std::string_view, 4> names{"AccountIdentifier", "AccountIdentifiers",
                                                    "VirtualAccountIdentifiers",
                                                    "VirtualAccountIdentifier"};
    for (const std::string_view name : names)
        if (const std::optional<Json> found = member_of(payload, name); found && found->is_object())
            return *found;
    return payload;
}

domain::BankFact read_settlement(wire::Json payload) {
    return fact_or_reason(settlement_of(payload));
}

domain::BankFact read_account_opened(wire::Json payload) {
    return fact_or_reason(account_opened_of(payload));
}

domain::BankFact read_account_refused(wire::Json payload) {
    return fact_or_reason(account_refused_of(payload));
}

} // namespace settled::connectors::clearbank
