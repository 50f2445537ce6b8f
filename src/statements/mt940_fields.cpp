#include "statements/mt940_fields.h"

#include "base/iban.h"
#include "statements/bounds.h"
#include "statements/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace settled::statements {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_digit);
}

// Takes `count` digits off the front as a number.
std::optional<int> take_number(std::string_view& text, std::size_t count) {
    const std::string_view digits = text.substr(0, count);
    if (digits.size() != count || !all_digits(digits))
        return std::nullopt;
    int value = 0;
    std::from_chars(digits.data(), digits.data() + count, value);
    text.remove_prefix(count);
    return value;
}

// YYMMDD. Two digits of a year: from 70 on they are of the last century (there were no statements
// of this form before).
std::optional<Instant> take_day(std::string_view& text) {
    const auto year = take_number(text, 2);
    const auto month = year ? take_number(text, 2) : std::nullopt;
    const auto day = month ? take_number(text, 2) : std::nullopt;
    if (!day)
        return std::nullopt;
    return make_day(*year + (*year < 70 ? 2000 : 1900), *month, *day);
}

// MMDD next to a value date: the booking day nearest to it, across a new year.
std::optional<Instant> day_beside(Instant value, int month, int day) {
    const auto days = value.us / day_us;
    const int year = 1970 + static_cast<int>(days * 400 / 146'097); // or the one after it
    std::optional<Instant> best;
    const auto distance = [&](Instant at) { return std::abs(at.us - value.us); };
    for (int candidate = year - 1; candidate <= year + 1; ++candidate) {
        const auto at = make_day(candidate, month, day);
        if (at && (!best || distance(*at) < distance(*best)))
            best = at;
    }
    return best;
}

// "1234,56" off the front; a comma is always there, decimals need not be.
Result<Money> take_amount(std::string_view& text, Currency currency) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789,"), text.size());
    std::string digits(text.substr(0, end));
    const std::size_t comma = digits.find(',');
    if (comma != digits.npos && comma != 0)
        text.remove_prefix(end);
    if (comma == digits.npos || comma == 0)
        return fail(Code::amount_invalid, fmt::format("an amount is digits and a comma, not \"{}\"",
                                                      clean_text(text, bounds::id_bytes_max)));
    digits[comma] = '.';
    if (digits.back() == '.')
        digits.pop_back();
    return parse_money(digits, currency);
}

} // namespace

Result<Balance> read_balance(std::string_view text) {
    const bool debit = text.starts_with('D');
    if (!debit && !text.starts_with('C'))
        return fail(Code::statement_malformed, "a balance begins with C or D");
    text.remove_prefix(1);
    const auto day = take_day(text);
    if (!day)
        return fail(Code::timestamp_invalid, "the date of a balance cannot be read");
    TRY(const Currency currency, Currency::parse(text.substr(0, 3)));
    text.remove_prefix(3);
    TRY(Money amount, take_amount(text, currency));
    if (debit)
        amount.minor = -amount.minor;
    return Balance{*day, amount};
}

namespace {

// "C", "D", "RC", "RD", "EC", "ED" off the front.
Result<> take_mark(std::string_view& text, StatementLine& line) {
    const bool reversal = text.starts_with('R');
    line.is_booked = !text.starts_with('E');
    if (reversal || !line.is_booked)
        text.remove_prefix(1);
    const bool credit = text.starts_with('C');
    if (!credit && !text.starts_with('D'))
        return fail(Code::statement_malformed, "an entry says C, D, RC or RD");
    text.remove_prefix(1);
    line.entry.reversal = reversal;
    line.entry.credit = credit != reversal; // a credit that is taken back is booked as a debit
    // The third letter of the currency may stand before the amount.
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z')
        text.remove_prefix(1);
    return {};
}

// "NTRFcustomer's//bank's"; whatever is behind the type may be missing.
void take_references(std::string_view text, Entry& entry) {
    text.remove_prefix(std::min<std::size_t>(text.size(), 4));
    const std::size_t bank = text.find("//");
    entry.instruction_id = clean_id(text.substr(0, bank));
    if (bank != text.npos)
        entry.bank_reference = clean_id(text.substr(bank + 2));
}

} // namespace

Result<StatementLine> read_line_61(std::span<const std::string> lines,
                                   std::optional<Currency> currency) {
    if (!currency)
        return fail(Code::statement_malformed, "an entry before the opening balance (:60F:)");
    std::string_view text = lines.front();
    StatementLine line;
    const auto value = take_day(text);
    if (!value)
        return fail(Code::timestamp_invalid, "the value date of an entry cannot be read");
    line.entry.value = *value;
    line.entry.booked = *value;
    if (!text.empty() && is_digit(text[0])) {
        const auto month = take_number(text, 2);
        const auto day = month ? take_number(text, 2) : std::nullopt;
        const auto booked = day ? day_beside(*value, *month, *day) : std::nullopt;
        if (!booked)
            return fail(Code::timestamp_invalid, "the booking date of an entry cannot be read");
        line.entry.booked = *booked;
    }
    TRY_VOID(take_mark(text, line));
    TRY(line.entry.amount, take_amount(text, *currency));
    take_references(text, line.entry);
    if (lines.size() > 1)
        line.entry.remittance = clean_text(lines[1], bounds::remittance_bytes_max);
    return line;
}

std::string account_of(std::string_view text) {
    std::string account = clean_text(text, bounds::id_bytes_max);
    std::string bare;
    std::ranges::copy_if(account, std::back_inserter(bare),
                         [](char c) { return c != '/' && c != '-' && c != ' '; });
    if (bare.size() == 14 && all_digits(bare))
        return bare;
    const std::size_t slash = account.rfind('/');
    const std::string last = slash == account.npos ? account : account.substr(slash + 1);
    if (const auto iban = parse_iban(last))
        return *iban;
    if (last.size() > 3)
        if (const auto iban = parse_iban(std::string_view(last).substr(0, last.size() - 3)))
            return *iban;
    return account;
}

namespace {

std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end || number <= 0)
        return std::nullopt;
    return number;
}

} // namespace

std::optional<std::int64_t> sequence_of(std::string_view text) {
    return number_in(text.substr(0, text.find('/')));
}

std::optional<std::int64_t> page_of(std::string_view text) {
    const std::size_t slash = text.find('/');
    return slash == text.npos ? std::nullopt : number_in(text.substr(slash + 1));
}

} // namespace settled::statements
