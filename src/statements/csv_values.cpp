#include "statements/csv_values.h"

#include "statements/bounds.h"
#include "statements/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

namespace settled::statements {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// "22/11/2026" as three numbers, by one separator.
std::optional<std::array<int, 3>> three_numbers(std::string_view text) {
    std::array<int, 3> numbers{};
    const std::size_t first = std::min(text.find_first_not_of("0123456789"), text.size());
    const char separator = first < text.size() ? text[first] : '\0';
    if (!std::string_view("/.-").contains(separator))
        return std::nullopt;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const std::string_view digits = text.substr(0, i < 2 ? text.find(separator) : text.npos);
        if (digits.empty() || digits.size() > 4 || !std::ranges::all_of(digits, is_digit))
            return std::nullopt;
        std::from_chars(digits.data(), digits.data() + digits.size(), numbers[i]);
        text.remove_prefix(std::min(digits.size() + 1, text.size()));
    }
    return numbers;
}

// Groups of thousands out; nullopt when they are not whole.
std::optional<std::string> without_groups(std::string_view text, char group, char point) {
    std::string_view whole = text.substr(0, text.find(point));
    const std::string_view rest = text.substr(whole.size());
    if (rest.contains(group))
        return std::nullopt;
    std::string out;
    bool first = true;
    for (;;) {
        const std::size_t end = whole.find(group);
        const std::string_view part = whole.substr(0, end);
        const bool fits =
            first ? !part.empty() && (end == whole.npos || part.size() <= 3) : part.size() == 3;
        if (!fits)
            return std::nullopt;
        out += part;
        if (end == whole.npos)
            break;
        first = false;
        whole.remove_prefix(end + 1);
    }
    if (!rest.empty())
        out += '.' + std::string(rest.substr(1));
    return out;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};

// Two digits are a year only where the options say so.
std::optional<int> year_of(int year, std::size_t digits, bool two_digits) {
    if (digits == 4)
        return year;
    if (digits != 2 || !two_digits)
        return std::nullopt;
    return year + (year < 70 ? 2000 : 1900);
}

// "22 Nov 2026", "22-NOV-26", "22 November 2026".
std::optional<Instant> day_with_month_name(std::string_view text, bool two_digit_years) {
    std::array<std::string, 3> parts;
    std::size_t count = 0;
    std::string word;
    for (const char c : lower(text) + " ") {
        if (c != ' ' && c != '-' && c != '/' && c != '.' && c != ',') {
            word += c;
        } else if (!word.empty()) {
            if (count == parts.size())
                break; // a time
            parts[count++] = std::exchange(word, {});
        }
    }
    const auto month = std::ranges::find_if(
        months, [&](std::string_view name) { return parts[1].starts_with(name); });
    const auto is_number = [](const std::string& part, std::size_t most) {
        return !part.empty() && part.size() <= most && std::ranges::all_of(part, is_digit);
    };
    if (month == months.end() || parts[1].size() < 3 || !is_number(parts[0], 2) ||
        !is_number(parts[2], 4))
        return std::nullopt;
    const auto year = year_of(std::stoi(parts[2]), parts[2].size(), two_digit_years);
    if (!year)
        return std::nullopt;
    return make_day(*year, static_cast<int>(month - months.begin()) + 1, std::stoi(parts[0]));
}

// Year first: by dashes also as a bank's time, by dots and strokes, or eight digits.
std::optional<Instant> day_year_first(std::string_view text) {
    if (const auto day = parse_day(text.substr(0, text.find(' '))))
        return day;
    text = text.substr(0, text.find(' '));
    if (text.ends_with('.'))
        text.remove_suffix(1);
    if (text.size() == 8 && std::ranges::all_of(text, is_digit))
        return make_day(std::stoi(std::string(text.substr(0, 4))),
                        std::stoi(std::string(text.substr(4, 2))),
                        std::stoi(std::string(text.substr(6, 2))));
    const auto numbers = three_numbers(text);
    if (!numbers || text.find_first_not_of("0123456789") != 4)
        return std::nullopt;
    return make_day((*numbers)[0], (*numbers)[1], (*numbers)[2]);
}

std::optional<Instant> day_year_last(std::string_view text, DateForm form, bool two_digit_years) {
    text = text.substr(0, text.find(' '));
    const auto numbers = three_numbers(text);
    if (!numbers)
        return std::nullopt;
    const auto [a, b, written] = *numbers;
    const std::size_t digits = text.size() - text.find_last_not_of("0123456789") - 1;
    const auto year = year_of(written, digits, two_digit_years);
    if (!year)
        return std::nullopt;
    return form == DateForm::day_first ? make_day(*year, b, a) : make_day(*year, a, b);
}

std::string_view form_words(DateForm form) {
    return form == DateForm::iso         ? "year, month, day"
           : form == DateForm::day_first ? "day, month, year"
                                         : "month, day, year";
}

bool take_off(std::string_view& text, std::string_view end) {
    if (!lower(text).ends_with(end))
        return false;
    text.remove_suffix(end.size());
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return true;
}

bool take_off_front(std::string_view& text, std::string_view begin) {
    if (!text.starts_with(begin))
        return false;
    text.remove_prefix(begin.size());
    while (text.starts_with(' '))
        text.remove_prefix(1);
    return true;
}

constexpr std::string_view minus_sign = "\xE2\x88\x92"; // U+2212

// What stands around the digits, taken off: the sign, the currency, the direction.
bool take_sign(std::string_view& digits, Currency currency) {
    constexpr std::array<std::string_view, 4> symbols{"£", "€", "$", "¥"};
    const std::string code = lower(currency.code());
    bool negative = false;
    if (digits.starts_with('(') && digits.ends_with(')')) {
        digits = digits.substr(1, digits.size() - 2);
        negative = true;
    }
    for (bool more = true; more;) {
        const std::size_t before = digits.size();
        if (take_off(digits, "dr") || take_off(digits, "-") || take_off_front(digits, "-") ||
            take_off_front(digits, minus_sign))
            negative = !negative;
        (void)(take_off(digits, "cr") || take_off_front(digits, "+"));
        if (lower(digits).starts_with(code))
            (void)take_off_front(digits, digits.substr(0, code.size()));
        (void)take_off(digits, code);
        for (const std::string_view symbol : symbols)
            (void)(take_off_front(digits, symbol) || take_off(digits, symbol));
        more = digits.size() != before;
    }
    return negative;
}

// Groups by an apostrophe or a (no-break) space, which no bank uses for decimals.
std::string with_one_group_sign(std::string_view digits, char group) {
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const bool no_break = digits.substr(i).starts_with("\xC2\xA0");
        const bool narrow = digits.substr(i).starts_with("\xE2\x80\xAF");
        if (digits[i] == ' ' || digits[i] == '\'' || no_break || narrow) {
            out += group;
            i += no_break ? 1 : narrow ? 2 : 0;
        } else {
            out += digits[i];
        }
    }
    return out;
}

bool is_among(const std::vector<std::string>& words, const std::string& word) {
    return std::ranges::find(words, word) != words.end();
}

} // namespace

Result<Instant> parse_csv_day(std::string_view text, const CsvOptions& options) {
    const std::string day = clean_text(text, bounds::id_bytes_max);
    std::optional<Instant> at = options.dates == DateForm::iso
                                    ? day_year_first(day)
                                    : day_year_last(day, options.dates, options.two_digit_years);
    if (!at)
        at = day_with_month_name(day, options.two_digit_years);
    if (!at)
        return fail(Code::timestamp_invalid,
                    fmt::format("the date \"{}\" cannot be read as {} (--dates{})", day,
                                form_words(options.dates),
                                options.two_digit_years ? "" : ", --two-digit-years"));
    return *at;
}

Result<Money> parse_csv_amount(std::string_view text, Currency currency, bool decimal_comma) {
    const std::string cleaned = clean_text(text, bounds::id_bytes_max);
    std::string_view digits = cleaned;
    const bool negative = take_sign(digits, currency);
    const char group = decimal_comma ? '.' : ',';
    const std::string grouped = with_one_group_sign(digits, group);
    const auto plain = without_groups(grouped, group, decimal_comma ? ',' : '.');
    const auto refuse = [&](std::string_view why) {
        return fail(Code::amount_invalid, fmt::format("the amount \"{}\" {}", cleaned, why));
    };
    if (!plain || plain->empty() || !is_digit(plain->front()))
        return refuse("cannot be read");
    auto amount = parse_money(*plain, currency);
    if (!amount)
        return refuse(fmt::format("cannot be read: {}", amount.error().detail));
    if (negative)
        amount->minor = -amount->minor;
    return amount;
}

std::optional<bool> parse_direction(std::string_view text, const CsvOptions& options) {
    const std::string word = lower(clean_text(text, bounds::id_bytes_max));
    constexpr std::array<std::string_view, 9> in{"c",       "cr",      "crdt",     "credit",  "in",
                                                 "deposit", "paid in", "money in", "incoming"};
    constexpr std::array<std::string_view, 9> out{
        "d", "dr", "dbit", "debit", "out", "withdrawal", "paid out", "money out", "outgoing"};
    if (is_among(options.credit_words, word))
        return true;
    if (is_among(options.debit_words, word))
        return false;
    if (std::ranges::find(in, word) != in.end())
        return true;
    if (std::ranges::find(out, word) != out.end())
        return false;
    return std::nullopt;
}

} // namespace settled::statements
