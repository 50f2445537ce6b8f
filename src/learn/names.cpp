#include "learn/names.h"

#include <algorithm>
#include <array>

namespace settled::learn {

namespace {

constexpr std::size_t scheme_chars_max = 32;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// How many characters behind country and check digits name the bank (SWIFT's IBAN registry; in
// Italy and San Marino behind the check letter). Others: four.
struct BankPlace {
    std::string_view country;
    std::size_t chars;
};
constexpr std::array bank_places{
    BankPlace{"AT", 5}, BankPlace{"BE", 3}, BankPlace{"CH", 5}, BankPlace{"CZ", 4},
    BankPlace{"DE", 8}, BankPlace{"DK", 4}, BankPlace{"EE", 2}, BankPlace{"ES", 4},
    BankPlace{"FI", 3}, BankPlace{"FR", 5}, BankPlace{"GR", 3}, BankPlace{"HU", 3},
    BankPlace{"IE", 4}, BankPlace{"IT", 6}, BankPlace{"LT", 5}, BankPlace{"LU", 3},
    BankPlace{"LV", 4}, BankPlace{"MT", 4}, BankPlace{"NL", 4}, BankPlace{"NO", 4},
    BankPlace{"PL", 8}, BankPlace{"PT", 4}, BankPlace{"RO", 4}, BankPlace{"SE", 3},
    BankPlace{"SI", 5}, BankPlace{"SK", 4}, BankPlace{"SM", 6}};

struct Spelling {
    std::string_view written; // capitals and digits
    std::string_view scheme;
};
constexpr std::array spellings{Spelling{"FASTERPAYMENT", "fps"},
                               Spelling{"FASTERPAYMENTS", "fps"},
                               Spelling{"UKFPS", "fps"},
                               Spelling{"SEPACREDIT", "sepa"},
                               Spelling{"SEPACREDITTRANSFER", "sepa"},
                               Spelling{"SEPACT", "sepa"},
                               Spelling{"SCT", "sepa"},
                               Spelling{"SEPAINST", "sepa_instant"},
                               Spelling{"SEPAINSTANT", "sepa_instant"},
                               Spelling{"SEPAINSTANTCREDIT", "sepa_instant"},
                               Spelling{"SCTINST", "sepa_instant"},
                               Spelling{"INTERNATIONAL", "swift"},
                               Spelling{"SWIFTEXPRESS", "swift"},
                               Spelling{"INTERNALTRANSFER", "internal"},
                               Spelling{"TRANSFER", "internal"}};

// Open Banking UK and ClearBank for Faster Payments; Bacs Standard 18; EPC for SEPA, of which
// receivers are known to keep 25; SWIFT's set X, of which 35 are one line.
constexpr std::string_view fps_set = "/-?:().,'+#=!\"%&*<>;{@";
constexpr std::string_view sepa_set = "/-?:().,'+";
constexpr std::array all_rules{SchemeRules{"fps", 18, 18, fps_set},
                               SchemeRules{"bacs", 18, 18, ".&/-", true},
                               SchemeRules{"chaps", 140, 35, sepa_set},
                               SchemeRules{"sepa", 140, 25, sepa_set},
                               SchemeRules{"sepa_instant", 140, 25, sepa_set},
                               SchemeRules{"swift", 140, 35, sepa_set},
                               SchemeRules{"internal", 140, 18, fps_set}};

} // namespace

std::string bank_of(std::string_view account_key) {
    constexpr std::size_t gb_account_chars = 14; // sort code and number
    constexpr std::size_t sort_code_chars = 6;
    if (account_key.size() == gb_account_chars && std::ranges::all_of(account_key, is_digit))
        return "GB" + std::string(account_key.substr(0, sort_code_chars));
    const bool is_iban = account_key.size() >= 15 && is_digit(account_key[2]) &&
                         is_digit(account_key[3]) && !is_digit(account_key[0]) &&
                         !is_digit(account_key[1]);
    if (!is_iban)
        return {};
    const std::string_view country = account_key.substr(0, 2);
    const auto* const place = std::ranges::find(bank_places, country, &BankPlace::country);
    const std::size_t chars = place == bank_places.end() ? 4 : place->chars;
    return std::string(country) + std::string(account_key.substr(4, chars));
}

std::string scheme_of(std::string_view text) {
    std::string capitals;
    for (const char c : text) {
        if (c >= 'a' && c <= 'z')
            capitals.push_back(static_cast<char>(c - 'a' + 'A'));
        else if ((c >= 'A' && c <= 'Z') || is_digit(c))
            capitals.push_back(c);
    }
    const auto* const known = std::ranges::find(spellings, capitals, &Spelling::written);
    if (known != spellings.end())
        return std::string(known->scheme);
    capitals.resize(std::min(capitals.size(), scheme_chars_max));
    for (char& c : capitals)
        c = is_digit(c) ? c : static_cast<char>(c - 'A' + 'a');
    return capitals;
}

std::string institution_of_bank(std::string_view bank) {
    return bank.empty() ? std::string() : "bank:" + std::string(bank);
}

const SchemeRules* rules_of(std::string_view scheme) {
    const auto* const found = std::ranges::find(all_rules, scheme, &SchemeRules::scheme);
    return found == all_rules.end() ? nullptr : found;
}

} // namespace settled::learn
