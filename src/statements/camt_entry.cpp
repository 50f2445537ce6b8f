#include "statements/camt_entry.h"

#include "statements/bounds.h"
#include "statements/charges.h"
#include "statements/text.h"

#include <utility>

namespace settled::statements {

namespace {

constexpr std::string_view detail_path = "Ntry/NtryDtls/TxDtls/";

constexpr std::int64_t minor_end = 1'000'000'000'000'000'000; // what parse_money() reads

void append(std::string& text, std::string_view more) {
    if (more.empty() || text.size() + more.size() + 1 > bounds::remittance_bytes_max)
        return;
    if (!text.empty())
        text += ' ';
    text += more;
}

std::string line_of(std::string_view text) {
    return clean_text(text, bounds::remittance_bytes_max);
}

constexpr std::string_view charges_path = "Chrgs/";

bool is_credit(std::string_view direction) {
    return direction == "CRDT";
}

std::int64_t signed_minor(const Entry& entry) {
    return entry.credit ? entry.amount.minor : -entry.amount.minor;
}

} // namespace

Result<> CamtEntry::take(std::string_view path, std::string_view text, std::string_view currency) {
    if (path.starts_with(detail_path))
        take_detail(path.substr(detail_path.size()), text, currency);
    else
        take_own(path.substr(std::string_view("Ntry/").size()), text, currency);
    return {};
}

void CamtEntry::take_own(std::string_view path, std::string_view text, std::string_view currency) {
    const auto id = [&] { return clean_text(text, bounds::id_bytes_max); };
    if (path == "Amt")
        amount_ = {id(), std::string(currency)};
    else if (path == "CdtDbtInd")
        direction_ = id();
    else if (path == "RvslInd")
        reversal_ = id();
    else if (path == "Sts" || path == "Sts/Cd" || path == "Sts/Prtry")
        status_ += id(); // a code in it since version 07, itself a code before
    else if (path == "BookgDt/Dt" || path == "BookgDt/DtTm")
        booked_ = id();
    else if (path == "ValDt/Dt" || path == "ValDt/DtTm")
        value_ = id();
    else if (path == "AcctSvcrRef")
        reference_ = clean_id(text);
    else if (path == "AddtlNtryInf")
        additional_ = line_of(text);
    else if (path.starts_with(charges_path))
        take_charge(charges_, path.substr(charges_path.size()), text, currency);
}

void CamtEntry::take_detail(std::string_view path, std::string_view text,
                            std::string_view currency) {
    if (path == "Refs/EndToEndId")
        detail_.ids.end_to_end_id = clean_id(text);
    else if (path == "Refs/InstrId")
        detail_.ids.instruction_id = clean_id(text);
    else if (path == "Refs/TxId")
        detail_.ids.transaction_id = clean_id(text);
    else if (path == "Refs/AcctSvcrRef")
        detail_.ids.bank_reference = clean_id(text);
    else if (path == "Refs/UETR")
        detail_.ids.uetr = clean_id(text);
    else if (path == "Amt")
        detail_.amount = {clean_text(text, bounds::id_bytes_max), std::string(currency)};
    else if (path == "AmtDtls/TxAmt/Amt")
        detail_.transaction_amount = {clean_text(text, bounds::id_bytes_max),
                                      std::string(currency)};
    else if (path == "CdtDbtInd")
        detail_.direction = clean_text(text, bounds::id_bytes_max);
    else if (path == "RmtInf/Ustrd")
        append(detail_.unstructured, line_of(text));
    else if (path == "RmtInf/Strd/CdtrRefInf/Ref")
        append(detail_.structured, line_of(text));
    else if (path == "AddtlTxInf")
        append(detail_.additional, line_of(text));
    else if (path.starts_with("RtrInf"))
        detail_.is_return = true;
    else if (path.starts_with(charges_path))
        take_charge(detail_.charges, path.substr(charges_path.size()), text, currency);
    else if (path.starts_with("RltdPties/"))
        take_party(path.substr(std::string_view("RltdPties/").size()), text);
}

// Each charge stands in a Rcrd since version 04.
void CamtEntry::take_charge(std::vector<Charge>& charges, std::string_view path,
                            std::string_view text, std::string_view currency) {
    constexpr std::size_t charges_max = 32;
    if (path.starts_with("Rcrd/"))
        path.remove_prefix(std::string_view("Rcrd/").size());
    if (path == "Amt" && charges.size() < charges_max)
        charges.push_back({{clean_text(text, bounds::id_bytes_max), std::string(currency)}, true});
    else if (path == "CdtDbtInd" && !charges.empty())
        charges.back().was_taken = !is_credit(clean_text(text, bounds::id_bytes_max));
}

// What banks state of the entry and of its only detail is the same: the detail's counts.
std::int64_t CamtEntry::charges_minor() const {
    std::int64_t sum = 0;
    for (const Charge& charge : first_.charges.empty() ? charges_ : first_.charges) {
        const auto money = parse_money(charge.amount.digits, own_.amount.currency);
        if (charge.amount.currency != own_.amount.currency.code() || !money ||
            __builtin_add_overflow(sum, charge.was_taken ? money->minor : -money->minor, &sum))
            return 0; // only whole explanations
    }
    return sum;
}

// The name stands in Pty since version 08.
void CamtEntry::take_party(std::string_view path, std::string_view text) {
    const bool debtor = path.starts_with("Dbtr");
    if (!debtor && !path.starts_with("Cdtr"))
        return;
    Party& party = debtor ? detail_.debtor : detail_.creditor;
    path.remove_prefix(4);
    if (path == "/Nm" || path == "/Pty/Nm")
        party.name = clean_text(text, bounds::name_bytes_max);
    else if (path == "Acct/Id/IBAN" || path == "Acct/Id/Othr/Id")
        party.account = clean_id(text);
}

Result<> CamtEntry::settle_own() {
    if (std::exchange(is_read_, true))
        return {};
    TRY(const Currency currency, Currency::parse(amount_.currency));
    TRY(own_.amount, parse_money(amount_.digits, currency));
    if (own_.amount.minor < 0)
        return fail(Code::amount_invalid, "the amount of an entry is not negative");
    if (!is_credit(direction_) && direction_ != "DBIT")
        return fail(Code::statement_malformed, "an entry needs CdtDbtInd, CRDT or DBIT");
    const auto booked = parse_day(booked_.empty() ? value_ : booked_);
    const auto value = parse_day(value_.empty() ? booked_ : value_);
    if (!booked || !value)
        return fail(Code::timestamp_invalid, "an entry needs a booking or a value date");
    own_.booked = *booked;
    own_.value = *value;
    own_.credit = is_credit(direction_);
    own_.reversal = reversal_ == "true" || reversal_ == "1";
    own_.bank_reference = reference_;
    counts_ = (status_.empty() || status_ == "BOOK") && own_.amount.minor > 0;
    return {};
}

// The amount of a detail in the account's currency; a detail may state amounts in others as well.
std::optional<Money> CamtEntry::amount_of(const Detail& detail) const {
    for (const Amount* amount : {&detail.amount, &detail.transaction_amount}) {
        if (amount->currency != own_.amount.currency.code())
            continue;
        const auto money = parse_money(amount->digits, own_.amount.currency);
        if (money && money->minor >= 0)
            return *money;
    }
    return std::nullopt;
}

Entry CamtEntry::entry_of(const Detail& detail, Money amount) const {
    Entry entry = detail.ids;
    entry.booked = own_.booked;
    entry.value = own_.value;
    entry.amount = amount;
    entry.credit = own_.credit;
    entry.reversal = own_.reversal || detail.is_return;
    if (entry.bank_reference.empty())
        entry.bank_reference = own_.bank_reference;
    // Of a reversal the parties are those of the transfer that it takes back.
    const Party& other = entry.credit != own_.reversal ? detail.debtor : detail.creditor;
    entry.counterparty_name = other.name;
    entry.counterparty_account = other.account;
    entry.remittance = detail.unstructured;
    append(entry.remittance, detail.structured);
    if (entry.remittance.empty())
        entry.remittance = detail.additional.empty() ? additional_ : detail.additional;
    return entry;
}

Result<> CamtEntry::emit_part(const Detail& detail, EntryTaker& taker) {
    const auto amount = amount_of(detail);
    if (!amount || amount->minor == 0)
        return {};
    Entry entry = entry_of(detail, *amount);
    if (detail.direction == "CRDT" || detail.direction == "DBIT")
        entry.credit = is_credit(detail.direction);
    if (__builtin_add_overflow(parts_minor_, signed_minor(entry), &parts_minor_))
        return fail(Code::amount_invalid, "the details of a batch add up to more than can be");
    ++parts_;
    return taker.take(entry);
}

Result<> CamtEntry::end_detail(EntryTaker& taker) {
    TRY_VOID(settle_own());
    ++details_;
    if (!counts_)
        return {};
    if (details_ == 1) {
        first_ = std::move(detail_);
        return {};
    }
    if (details_ == 2) {
        TRY_VOID(emit_part(first_, taker));
    }
    return emit_part(detail_, taker);
}

// What the details of a batch leave over.
Result<> CamtEntry::emit_rest(EntryTaker& taker) {
    std::int64_t rest = 0;
    if (__builtin_sub_overflow(signed_minor(own_), parts_minor_, &rest) || rest <= -minor_end ||
        rest >= minor_end)
        return fail(Code::amount_invalid, "the details of a batch add up to more than can be");
    if (rest == 0)
        return {};
    Entry entry = own_;
    entry.credit = rest > 0;
    entry.amount.minor = rest > 0 ? rest : -rest;
    entry.remittance = parts_ == 0 && !additional_.empty() ? additional_
                       : parts_ == 0                       ? "batch without details"
                                                           : "batch less its details";
    return taker.take(entry);
}

Result<> CamtEntry::end(EntryTaker& taker) {
    TRY_VOID(settle_own());
    if (!counts_)
        return {};
    if (details_ > 1)
        return emit_rest(taker);
    Entry entry = entry_of(first_, own_.amount);
    if (const std::int64_t charges = charges_minor(); charges > 0)
        entry.remittance =
            with_charges(std::move(entry.remittance), {charges, own_.amount.currency});
    return taker.take(entry);
}

} // namespace settled::statements
