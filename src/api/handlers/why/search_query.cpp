#include "api/handlers/why/search_query.h"

#include "base/iban.h"
#include "match/fold.h"
#include "match/match_fields.h"
#include "match/name_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace settled::api {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string_view without_space(std::string_view text) {
    constexpr std::string_view space = " \t\r\n";
    const std::size_t first = text.find_first_not_of(space);
    if (first == text.npos)
        return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

std::string lower_of(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
        return c < 0x80 ? static_cast<char>(std::tolower(c)) : static_cast<char>(c);
    });
    return lower;
}

// Takes the currency off: "£12.34", "12.34 GBP", "GBP 12.34".
std::optional<Currency> take_currency(std::string_view& text) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 2> signs{
        {{"£", "GBP"}, {"€", "EUR"}}};
    for (const auto& [sign, code] : signs)
        if (text.starts_with(sign)) {
            text = without_space(text.substr(sign.size()));
            return *Currency::parse(code);
        }
    constexpr std::size_t letters = 3;
    if (text.size() <= letters)
        return std::nullopt;
    const auto capitals = [](std::string_view code) {
        std::string upper(code);
        std::ranges::transform(upper, upper.begin(),
                               [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        return Currency::parse(upper);
    };
    if (const auto before = capitals(text.substr(0, letters))) {
        text = without_space(text.substr(letters));
        return *before;
    }
    if (const auto behind = capitals(text.substr(text.size() - letters))) {
        text = without_space(text.substr(0, text.size() - letters));
        return *behind;
    }
    return std::nullopt;
}

// "1,234.50" → "1234.50"; empty: it is no number.
std::string plain_number(std::string_view text) {
    std::string plain;
    const std::size_t point = std::min(text.find('.'), text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool separates = text[i] == ',' && i > 0 && i < point && (point - i) % 4 == 0;
        if (!is_digit(text[i]) && text[i] != '.' && !separates)
            return "";
        if (!separates)
            plain += text[i];
    }
    return plain;
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

} // namespace

std::string account_sought(std::string_view text) {
    if (is_iban_shaped(text))
        return account_key(text);
    std::string digits;
    for (const char c : text) {
        if (is_digit(c))
            digits += c;
        else if (c != ' ' && c != '-')
            return "";
    }
    constexpr std::size_t sort_code = 6;
    const auto code = parse_sort_code(digits.substr(0, std::min(digits.size(), sort_code)));
    if (!code || digits.size() <= sort_code)
        return "";
    const auto number = parse_account_number(digits.substr(sort_code));
    return number ? account_key(*code, *number) : "";
}

std::vector<SoughtAmount> sought_amounts(std::string_view text) {
    const auto currency = take_currency(text);
    const std::string number = plain_number(text);
    std::vector<SoughtAmount> amounts;
    const auto add = [&](Currency as) {
        const auto money = parse_money(number, as);
        if (money && money->minor > 0)
            amounts.push_back({money->minor, as.exponent(), currency});
    };
    if (number.empty())
        return amounts;
    if (currency)
        add(*currency);
    else // one for each number of decimals that there is
        for (const char* code : {"GBP", "JPY", "KWD"})
            add(*Currency::parse(code));
    return amounts;
}

Result<SearchQuery> read_search_query(std::string_view given) {
    const std::string_view text = without_space(given);
    if (characters(text) < search_chars_min)
        return fail(Code::value_invalid, "q: give three characters or more");
    SearchQuery query;
    query.text = text;
    query.lower = lower_of(text);
    query.end_to_end_id = match::canonical_end_to_end_id(text);
    query.account = account_sought(text);
    query.amounts = sought_amounts(text);
    query.reference = match::canonical_reference(text);
    if (query.reference.size() < search_reference_min)
        query.reference.clear();
    query.words = match::name_words(text);
    return query;
}

} // namespace settled::api
