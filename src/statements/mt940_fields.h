// The fields of an MT940 message that have a form of their own.
#pragma once

#include "statements/statement.h"

#include <span>
#include <vector>

namespace settled::statements {

struct Balance {
    Instant day;
    Money amount; // negative: overdrawn
};
// :60F: and :62F: — "C261122GBP1234,56".
Result<Balance> read_balance(std::string_view text);

// :61: and the supplementary details in its second line.
struct StatementLine {
    Entry entry;
    bool is_booked = true; // else it is expected (EC, ED)
};
Result<StatementLine> read_line_61(std::span<const std::string> lines,
                                   std::optional<Currency> currency);

// :25: — an IBAN, also followed by a currency; "BANK/ACCOUNT" stays as it is, a British sort code
// before an account number becomes one word of 14 digits.
std::string account_of(std::string_view text);

// :28C: — "00123/001" is 123; 0 says nothing.
std::optional<std::int64_t> sequence_of(std::string_view text);
// "00123/002" is page 2; nullopt where no page is written.
std::optional<std::int64_t> page_of(std::string_view text);

} // namespace settled::statements
