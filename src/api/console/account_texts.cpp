#include "api/console/account_texts.h"

#include "api/console/masking.h"
#include "base/iban.h"

#include <algorithm>

namespace settled::api {

namespace {

constexpr std::size_t shown = 4;
constexpr std::size_t iban_min = 15;
constexpr std::size_t iban_max = 34;
constexpr std::size_t british_iban = 22;
constexpr std::size_t account_digits_min = 5; // of what is taken for an account number

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_alnum(char c) {
    return is_digit(c) || is_letter(c);
}
char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
bool all(std::string_view text, bool (*is)(char)) {
    return std::ranges::all_of(text, is);
}

bool is_british(std::string_view iban) {
    return iban.size() == british_iban && iban.starts_with("GB") &&
           all(iban.substr(2, 2), is_digit) && all(iban.substr(4, 4), is_letter) &&
           all(iban.substr(8), is_digit);
}

std::string digits_of(std::string_view text) {
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits), is_digit);
    return digits;
}

// Ids of ours and of banks, which are no accounts.
bool is_id(std::string_view text) {
    const bool ours = text.size() > 4 && text[3] == '_';
    const bool uuid = text.size() == 36 && std::ranges::count(text, '-') == 4;
    return ours || uuid;
}

// The characters that are letters or digits become '*', except some at the beginning and the end.
std::string starred(std::string_view text, std::size_t first, std::size_t last) {
    const auto count = static_cast<std::size_t>(std::ranges::count_if(text, is_alnum));
    std::string out;
    std::size_t seen = 0;
    for (const char c : text) {
        const bool is_part = is_alnum(c);
        out += is_part && seen >= first && seen + last < count ? '*' : c;
        seen += is_part ? 1 : 0;
    }
    return out;
}

std::string masked_iban(std::string_view text) {
    return starred(text, shown, shown);
}

// The letters and digits from `at` on as far as they may be those of one IBAN, and where each ends.
struct Candidate {
    std::string text;
    std::size_t ends[iban_max]{};
};

Candidate candidate_at(std::string_view text, std::size_t at) {
    Candidate found;
    for (std::size_t i = at; i < text.size() && found.text.size() < iban_max; ++i) {
        const bool divides = text[i] == ' ' || text[i] == '-';
        if (divides && i > at && is_alnum(text[i - 1]))
            continue;
        if (!is_alnum(text[i]))
            break;
        found.ends[found.text.size()] = i + 1;
        found.text += upper(text[i]);
    }
    return found;
}

} // namespace

std::size_t iban_at(std::string_view text, std::size_t at) {
    if (text.size() - at < iban_min || !is_letter(text[at]) || !is_letter(text[at + 1]) ||
        !is_digit(text[at + 2]) || !is_digit(text[at + 3]))
        return 0;
    const Candidate found = candidate_at(text, at);
    const std::string_view whole = found.text;
    if (is_british(whole.substr(0, british_iban)))
        return found.ends[british_iban - 1] - at;
    if (at > 0 && is_alnum(text[at - 1]))
        return 0;
    for (std::size_t size = whole.size(); size >= iban_min; --size) {
        const std::size_t end = found.ends[size - 1];
        const bool is_whole = end == text.size() || !is_alnum(text[end]);
        if (is_whole && iban_check_digits_hold(whole.substr(0, size)))
            return end - at;
    }
    return 0;
}

void AccountNumbers::add(std::string_view account) {
    if (is_id(account) || iban_at(account, 0) != 0)
        return add_ibans_in(account);
    const std::string digits = digits_of(account);
    constexpr std::size_t number = 8; // of a British account, behind its sort code
    if (digits.size() >= number)
        numbers_.insert(digits.substr(digits.size() - number));
    if (digits.size() >= account_digits_min)
        numbers_.insert(digits);
}

void AccountNumbers::add_ibans_in(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::size_t size = iban_at(text, at);
        if (size == 0)
            continue;
        const std::string digits = digits_of(text.substr(at, size));
        if (upper(text[at]) == 'G' && upper(text[at + 1]) == 'B' && digits.size() >= 8)
            numbers_.insert(digits.substr(digits.size() - 8));
        at += size - 1;
    }
}

bool AccountNumbers::is_account(std::string_view digits, bool any_group) const {
    constexpr std::size_t number = 8;
    constexpr std::size_t with_sort_code = 14;
    if (any_group && (digits.size() == number || digits.size() == with_sort_code))
        return true;
    return numbers_.contains(digits) ||
           (digits.size() == with_sort_code && numbers_.contains(digits.substr(6)));
}

std::string AccountNumbers::masked_in(std::string_view text, bool any_group) const {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        if (const std::size_t size = iban_at(text, at); size != 0) {
            out += masked_iban(text.substr(at, size));
            at += size;
            continue;
        }
        std::size_t end = at;
        while (end < text.size() && is_digit(text[end]))
            ++end;
        if (end == at) {
            out += text[at++];
            continue;
        }
        const std::string_view digits = text.substr(at, end - at);
        out += is_account(digits, any_group) ? starred(digits, 0, shown) : std::string(digits);
        at = end;
    }
    return out;
}

std::string masked_account_text(std::string_view text) {
    if (is_id(text))
        return std::string(text);
    if (is_iban_shaped(text) || iban_at(text, 0) == text.size())
        return masked_iban(text);
    const std::string digits = digits_of(text);
    if (digits.size() < account_digits_min || text.find('*') != text.npos)
        return AccountNumbers().masked_in(text, true);
    return starred(text, 0, shown);
}

} // namespace settled::api
