#include "payloads/uk_account.h"

#include "base/iban.h"
#include "match/fold.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::payloads {

Result<std::string> parse_gb_iban(std::string_view text) {
    Result<std::string> iban = parse_iban(text);
    if (iban && !iban->starts_with("GB"))
        return fail(Code::iban_invalid, "give an IBAN of a UK account (GB…)");
    return iban;
}

Result<std::string> parse_whole_account_number(std::string_view text) {
    constexpr std::size_t digits = 8;
    const bool all_digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    if (text.size() != digits || !all_digits)
        return fail(Code::value_invalid, "an account number has eight digits");
    return std::string(text);
}

Result<std::string> parse_owner_name(std::string_view text) {
    constexpr std::size_t characters_max = 140;
    constexpr std::string_view forbidden = "|_[]<>^`~\\$";
    if (match::first_characters(text, characters_max).size() < text.size())
        return fail(Code::value_invalid, fmt::format("give at most {} characters", characters_max));
    if (text.find_first_not_of(' ') == std::string_view::npos)
        return fail(Code::value_invalid, "give a name");
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            return fail(Code::value_invalid, "give no control characters");
        if (forbidden.find(c) != std::string_view::npos)
            return fail(
                Code::characters_not_allowed,
                fmt::format("the bank takes no '{}' in a name, nor any other of {}", c, forbidden));
    }
    return std::string(text);
}

} // namespace settled::payloads
