// Whether the digits of a UK sort code and account number can belong together: the modulus check.
//
// The weights are the scheme's and change with it; they come from files that an operator gets from
// Vocalink, and none is built in. Source: Vocalink, "Validating account numbers" (the algorithms and
// exceptions 1 to 14); its files valacdos (weights) and scsubtab (substitutions of sort codes).
#pragma once

#include "base/error.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::domain {

enum class ModulusVerdict : std::uint8_t {
    valid,
    invalid,
    unknown, // the table has no rule for this sort code: the digits count as valid
};

// The digits that are weighted: u v w x y z (sort code), a b c d e f g h (account number).
using ModulusDigits = std::array<int, 14>;

struct ModulusRule {
    enum class Method : std::uint8_t { mod10, mod11, double_alternate };
    int from = 0, until = 0; // sort codes, both included
    Method method = Method::mod10;
    ModulusDigits weights{};
    int exception = 0; // 0: none
};

// Immutable.
class ModulusTable {
  public:
    // Lines of the two files; `substitutions` may be empty. Fails with value_invalid, naming the
    // file ("weights", "substitutions") and the line.
    static Result<ModulusTable> parse(std::string_view weights, std::string_view substitutions);

    // `sort_code`: six digits, `account_number`: eight; anything else is invalid.
    ModulusVerdict check(std::string_view sort_code, std::string_view account_number) const;
    std::size_t size() const { return rules_.size(); }

  private:
    std::vector<ModulusRule> rules_; // as in the file
    std::map<int, int> substitutions_;
};

// Of a party that is named by a UK account: its IBAN, or sort code and account number. nullopt: it
// has none.
struct UkAccount {
    std::string sort_code;
    std::string account_number;
};
std::optional<UkAccount> uk_account_of(std::string_view account_key);

} // namespace settled::domain
