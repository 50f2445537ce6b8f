// Account numbers and IBANs in texts of any kind.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace settled::api {

// The account numbers that are known to be in an answer.
class AccountNumbers {
  public:
    // An account as a member says it: an IBAN, "04-00-04 12345678", "12345678".
    void add(std::string_view account);
    // Those of the IBANs that stand in a text.
    void add_ibans_in(std::string_view text);

    // The text with its IBANs and these numbers masked. `any_group`: every group of 8 or 14 digits
    // is taken for an account number.
    std::string masked_in(std::string_view text, bool any_group) const;

  private:
    bool is_account(std::string_view digits, bool any_group) const;

    std::set<std::string, std::less<>> numbers_;
};

// How many characters from `at` on are an IBAN, in either case, its groups divided by single spaces
// or hyphens; 0: none begins there. Check digits that do not hold are taken for an IBAN only where
// the shape is that of a British one, since banks' examples have such.
std::size_t iban_at(std::string_view text, std::size_t at);

} // namespace settled::api
