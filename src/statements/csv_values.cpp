#include "statements/csv_values.h"

#include "statements/bounds.h"
#include "statements/text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

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

} // namespace

Result<Instant> parse_csv_day(std::string_view text, DateForm form) {
    const std::string day = clean_text(text, bounds::id_bytes_max);
    std::optional<Instant> at;
    if (form == DateForm::iso) {
        at = parse_day(day.substr(0, day.find(' ')));
    } else if (const auto numbers = three_numbers(std::string_view(day).substr(0, day.find(' ')))) {
        const auto [a, b, year] = *numbers;
        at = form == DateForm::day_first ? make_day(year, b, a) : make_day(year, a, b);
    }
    if (!at)
        return fail(Code::timestamp_invalid, "the date cannot be read; say its form");
    return *at;
}

Result<Money> parse_csv_amount(std::string_view text, Currency currency, bool decimal_comma) {
    const std::string cleaned = clean_text(text, bounds::id_bytes_max);
    std::string_view digits = cleaned;
    bool negative = false;
    if (digits.starts_with('-') || digits.starts_with('+')) {
        negative = digits[0] == '-';
        digits.remove_prefix(1);
    } else if (digits.ends_with('-')) {
        negative = true;
        digits.remove_suffix(1);
    }
    const auto plain =
        decimal_comma ? without_groups(digits, '.', ',') : without_groups(digits, ',', '.');
    if (!plain || !is_digit(plain->front()))
        return fail(Code::amount_invalid, "the amount cannot be read");
    TRY(Money amount, parse_money(*plain, currency));
    if (negative)
        amount.minor = -amount.minor;
    return amount;
}

std::optional<bool> parse_direction(std::string_view text) {
    std::string word = clean_text(text, bounds::id_bytes_max);
    std::ranges::transform(word, word.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    constexpr std::array<std::string_view, 5> in{"c", "cr", "crdt", "credit", "in"};
    constexpr std::array<std::string_view, 5> out{"d", "dr", "dbit", "debit", "out"};
    if (std::ranges::find(in, word) != in.end())
        return true;
    if (std::ranges::find(out, word) != out.end())
        return false;
    return std::nullopt;
}

} // namespace settled::statements
