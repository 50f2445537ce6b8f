#include "statements/camt_head.h"

#include "statements/bounds.h"
#include "statements/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace settled::statements {

namespace {

std::optional<std::int64_t> sequence_of(std::string_view text) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end || number < 0)
        return std::nullopt;
    return number;
}

} // namespace

// An indicator is true or 1; one bank's example says Yes.
bool is_yes(std::string_view text) {
    return text == "true" || text == "1" || text == "Yes";
}

namespace {

Result<Instant> day_in(std::string_view text) {
    const auto day = parse_day(text);
    if (!day)
        return fail(Code::timestamp_invalid, "a date cannot be read");
    return *day;
}

} // namespace

void CamtHead::set_message(std::string id, std::optional<std::int64_t> page, bool is_last) {
    message_id_ = std::move(id);
    page_ = page;
    is_last_page_ = is_last;
}

Result<> CamtHead::use_currency(Currency currency) {
    if (currency_ && !(*currency_ == currency))
        return fail(Code::statement_malformed, fmt::format("an amount in {} in a statement in {}",
                                                           currency.code(), currency_->code()));
    currency_ = currency;
    return {};
}

Result<> CamtHead::take(std::string_view path, std::string_view text, std::string_view currency) {
    const auto id = [&] { return clean_text(text, bounds::id_bytes_max); };
    if (path == "Id")
        number_ = id();
    else if (path == "ElctrncSeqNb")
        electronic_ = sequence_of(text);
    else if (path == "LglSeqNb")
        legal_ = sequence_of(text);
    else if (path == "StmtPgntn/PgNb" || path == "NtfctnPgntn/PgNb" || path == "RptPgntn/PgNb")
        page_ = sequence_of(text);
    else if (path == "StmtPgntn/LastPgInd" || path == "NtfctnPgntn/LastPgInd" ||
             path == "RptPgntn/LastPgInd")
        is_last_page_ = is_yes(id());
    else if (path == "Acct/Id/IBAN")
        iban_ = id();
    else if (path == "Acct/Id/Othr/Id")
        other_account_ = id();
    else if (path == "Bal/Tp/CdOrPrtry/Cd")
        balance_.type = id();
    else if (path == "Bal/CdtDbtInd")
        balance_.direction = id();
    else if (path == "Bal/Amt") {
        balance_.amount = id();
        balance_.currency = currency;
    } else if (path == "Acct/Ccy") {
        TRY(const Currency parsed, Currency::parse(id()));
        return use_currency(parsed);
    } else if (path == "FrToDt/FrDtTm") {
        TRY(from_, day_in(text));
    } else if (path == "FrToDt/ToDtTm") {
        TRY(to_, day_in(text));
        to_is_midnight_ = text.substr(10).starts_with("T00:00:00");
    } else if (path == "CreDtTm") {
        TRY(created_, day_in(text));
    } else if (path == "Bal/Dt/Dt" || path == "Bal/Dt/DtTm") {
        TRY(balance_.day, day_in(text));
    }
    return {};
}

Result<> CamtHead::end_balance() {
    const bool known = balance_.type == "OPBD" || balance_.type == "PRCD" ||
                       balance_.type == "CLBD" || balance_.type == "ITBD";
    if (!known)
        return {};
    TRY(const Currency currency, Currency::parse(balance_.currency));
    TRY_VOID(use_currency(currency));
    TRY(Money amount, parse_money(balance_.amount, currency));
    if (amount.minor < 0 || (balance_.direction != "CRDT" && balance_.direction != "DBIT"))
        return fail(Code::amount_invalid, "a balance needs an amount and CRDT or DBIT");
    if (balance_.direction == "DBIT")
        amount.minor = -amount.minor;
    if (balance_.type == "OPBD") {
        opening_ = amount;
    } else if (balance_.type == "PRCD") {
        previous_closing_ = amount;
    } else if (balance_.type == "CLBD") {
        closing_ = amount;
        closing_day_ = balance_.day;
    } else {
        ++interims_;
        if (!first_interim_)
            first_interim_ = amount;
        last_interim_ = amount;
        closing_day_ = closing_day_ ? closing_day_ : balance_.day;
    }
    return {};
}

Result<> CamtHead::see(const Entry& entry) {
    TRY_VOID(use_currency(entry.amount.currency));
    first_ = first_ ? std::min(*first_, entry.booked) : entry.booked;
    last_ = last_ ? std::max(*last_, entry.booked) : entry.booked;
    return {};
}

Result<Head> CamtHead::head(Kind kind, const std::string& format) const {
    Head head;
    head.kind = kind;
    head.format = format;
    head.account = iban_.empty() ? other_account_ : iban_;
    if (head.account.empty())
        return fail(Code::statement_malformed, "the statement does not say its account");
    head.number = number_;
    head.sequence = legal_ ? legal_ : electronic_;
    if (page_ && (*page_ > 1 || !is_last_page_)) {
        head.page = page_;
        // Pages of one statement have its id, pages of a message the message's.
        head.message_id = message_id_.empty() ? number_ : message_id_;
    }
    head.opening = opening_ ? opening_ : previous_closing_;
    // A page between the first and the last has two interim balances, the last page one.
    const bool opens_between = !head.opening && (interims_ > 1 || closing_) && first_interim_;
    if (opens_between)
        head.opening = first_interim_;
    head.continues = page_.value_or(1) > 1 || opens_between;
    return head;
}

Result<Tail> CamtHead::tail() const {
    if (!currency_)
        return fail(Code::statement_malformed, "the statement does not say its currency");
    Tail tail;
    tail.currency = *currency_;
    tail.closing = closing_ ? closing_ : last_interim_;
    tail.goes_on = !is_last_page_ || (!closing_ && last_interim_);
    const auto day = closing_day_ ? closing_day_ : created_;
    const auto from = from_ ? from_ : first_ ? first_ : day;
    auto to = to_;
    if (to && to_is_midnight_ && from && *to > *from)
        to->us -= day_us; // a period up to the beginning of a day does not hold that day
    if (!to)
        to = last_ && closing_day_ ? std::max(*last_, *closing_day_) : last_ ? last_ : day;
    if (!from || !to)
        return fail(Code::statement_malformed, "the statement says neither a period nor a date");
    tail.from = first_ ? std::min(*from, *first_) : *from;
    tail.to = last_ ? std::max(*to, *last_) : *to;
    if (tail.to < tail.from || tail.to.us - tail.from.us > bounds::period_days_max * day_us)
        return fail(Code::statement_malformed, "the statement's period is not possible");
    return tail;
}

} // namespace settled::statements
