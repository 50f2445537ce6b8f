// Values as people's programs write them into CSV.
#pragma once

#include "statements/csv.h"

#include <optional>
#include <string_view>

namespace settled::statements {

// "2026-11-22", also followed by a time; "22/11/2026", "22.11.2026", "22-11-2026" by the form.
// Fails with timestamp_invalid.
Result<Instant> parse_csv_day(std::string_view text, DateForm form);

// "-1234.56", "+1,234.56", "1.234,56" with a decimal comma, "1234.56-". Exact. Fails with
// amount_invalid.
Result<Money> parse_csv_amount(std::string_view text, Currency currency, bool decimal_comma);

// True: credit. "C", "CR", "CRDT", "credit", "in"; "D", "DR", "DBIT", "debit", "out"; in any case.
std::optional<bool> parse_direction(std::string_view text);

} // namespace settled::statements
