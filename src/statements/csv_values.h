// Values as people's programs write them into CSV.
#pragma once

#include "statements/csv.h"

#include <optional>
#include <string_view>

namespace settled::statements {

// By the form: "2026-11-22", "2026.11.22", "20261122"; "22/11/2026", "22.11.2026", "22-11-2026"; by
// itself: "22 Nov 2026", "22-NOV-2026"; each also followed by a time. Two digits of a year by the
// options alone. Fails with timestamp_invalid, and shows the text.
Result<Instant> parse_csv_day(std::string_view text, const CsvOptions& options);

// "-1234.56", "+1,234.56", "1.234,56" with a decimal comma, "1234.56-", "(1234.56)", "£1,234.56",
// "1'234.56", "1 234.56", "1234.56 GBP", "1234.56 CR", "1234.56 DR". Exact: a number with an exponent
// was rounded by a spreadsheet and is refused. Fails with amount_invalid, and shows the text.
Result<Money> parse_csv_amount(std::string_view text, Currency currency, bool decimal_comma);

// True: credit. The usual English words and abbreviations in any case, and those of the options.
std::optional<bool> parse_direction(std::string_view text, const CsvOptions& options);

} // namespace settled::statements
