#include "base/iban.h"

#include <algorithm>

namespace settled {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool all_digits(std::string_view text) {
    return std::ranges::all_of(text, is_digit);
}

// Upper case, separators dropped.
std::string folded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (c == ' ' || c == '-')
            continue;
        out.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    }
    return out;
}

bool looks_like_iban(std::string_view text) {
    return text.size() >= 15 && text.size() <= 34 && is_upper(text[0]) && is_upper(text[1]) &&
           is_digit(text[2]) && is_digit(text[3]) &&
           std::ranges::all_of(text, [](char c) { return is_digit(c) || is_upper(c); });
}

bool is_masked(std::string_view text) {
    return text.find('*') != text.npos ||
           (!text.empty() && std::ranges::all_of(text, [&](char c) { return c == text[0]; }));
}

} // namespace

bool iban_check_digits_hold(std::string_view iban) {
    unsigned remainder = 0;
    const auto feed = [&remainder](char c) {
        if (is_digit(c))
            remainder = (remainder * 10 + static_cast<unsigned>(c - '0')) % 97;
        else
            remainder = (remainder * 100 + static_cast<unsigned>(c - 'A') + 10) % 97;
    };
    if (!looks_like_iban(iban))
        return false;
    std::ranges::for_each(iban.substr(4), feed);
    std::ranges::for_each(iban.substr(0, 4), feed);
    return remainder == 1;
}

bool is_iban_shaped(std::string_view text) {
    return looks_like_iban(folded(text));
}

Result<std::string> parse_iban(std::string_view text) {
    std::string iban = folded(text);
    if (!looks_like_iban(iban))
        return fail(Code::iban_invalid,
                    "an IBAN has a country, two check digits and 11 to 30 characters");
    if (iban.starts_with("GB") &&
        (iban.size() != 22 || !all_digits(std::string_view(iban).substr(8))))
        return fail(Code::iban_invalid, "a GB IBAN has 22 characters and ends in 14 digits");
    if (!iban_check_digits_hold(iban))
        return fail(Code::iban_invalid,
                    "the IBAN's check digits are wrong; check it for a typing error");
    return iban;
}

Result<std::string> parse_sort_code(std::string_view text) {
    std::string digits = folded(text);
    if (digits.size() != 6 || !all_digits(digits))
        return fail(Code::value_invalid, "a sort code has six digits");
    return digits;
}

Result<std::string> parse_account_number(std::string_view text) {
    std::string digits = folded(text);
    if (digits.size() < 6 || digits.size() > 8 || !all_digits(digits))
        return fail(Code::value_invalid, "an account number has eight digits");
    return std::string(8 - digits.size(), '0') + digits;
}

std::string account_key(std::string_view text) {
    std::string account = folded(text);
    if (is_masked(account))
        return {};
    const auto tail_if_digits = [&](std::size_t letters) {
        return all_digits(std::string_view(account).substr(letters));
    };
    if (account.size() == 22 && account.starts_with("GB") && tail_if_digits(8))
        return account.substr(8);
    if (account.size() == 18 && std::ranges::all_of(account.substr(0, 4), is_upper) &&
        tail_if_digits(4))
        return account.substr(4);
    return account;
}

std::string account_key(std::string_view sort_code, std::string_view account_number) {
    const auto sort = parse_sort_code(sort_code);
    const auto number = parse_account_number(account_number);
    return sort && number ? *sort + *number : std::string{};
}

std::string masked_account(std::string_view account) {
    constexpr std::size_t shown = 4;
    return "…" + std::string(account.size() <= shown ? "" : account.substr(account.size() - shown));
}

} // namespace settled
