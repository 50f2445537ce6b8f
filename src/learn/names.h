// Who sends, by which scheme, and to whom: the names that profiles are kept under.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

namespace settled::learn {

// The bank that an account is at, from its account_key() form: "GB040004" for a British sort code,
// country and bank code of another IBAN ("DE10070000"). Empty when it does not say.
std::string bank_of(std::string_view account_key);

// One word for a scheme, however a provider or a bank writes it: "fps", "FasterPayments" and
// "FASTER_PAYMENTS" are `fps`. An unknown one is itself in small letters and digits, at most 32.
// Empty: not said.
std::string scheme_of(std::string_view text);

// The name of a bank that no institution id is known for.
std::string institution_of_bank(std::string_view bank);

struct ProfileKey {
    std::string institution; // the client's or provider's id; "bank:GB040004"; empty: not known
    std::string scheme;      // scheme_of()
    std::string receiver;    // bank_of() our account
    friend auto operator<=>(const ProfileKey&, const ProfileKey&) = default;
};

// What a scheme carries as a reference (docs/learning.md has the table).
struct SchemeRules {
    std::string_view scheme;
    std::size_t reference_chars_max;  // more is cut or refused
    std::size_t reference_chars_safe; // what receivers are known to keep of it; for minting
    std::string_view punctuation;     // in addition to letters, digits and space
    bool upper_case_only = false;
};
// nullptr: nothing is known of it.
const SchemeRules* rules_of(std::string_view scheme);

} // namespace settled::learn
