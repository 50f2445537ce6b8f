// Statements as CSV, whose columns are named by each bank in its own way.
//
// One file is one account and one statement: its period is that of its entries, and it has no
// balances and no sequence. Columns are found by the names in `columns`, then by the names that are
// usual. Amounts are one signed column, one column with a direction next to it, or a column for
// each direction; groups of thousands are taken only where they are whole ("1,234.56").
#pragma once

#include "statements/statement.h"

#include <istream>
#include <map>
#include <string>

namespace settled::statements {

enum class DateForm : std::uint8_t {
    iso,
    day_first,
    month_first
}; // 2026-11-22, 22/11/2026, 11/22/…

struct CsvOptions {
    // Ours to the file's: {"date","Booking Date"}. Ours are date, value_date, amount, credit,
    // debit, direction, currency, account, reference, end_to_end_id, instruction_id,
    // transaction_id, bank_reference, uetr, name, counterparty_account.
    std::map<std::string, std::string> columns;
    char delimiter = 0; // 0: by the header, one of , ; and tab
    bool decimal_comma = false;
    DateForm dates = DateForm::iso;
    std::string account;  // where the file has no column for it
    std::string currency; // likewise
};

// Errors say the file and the line: csv_malformed, column_missing, value_invalid, amount_invalid,
// currency_unknown, timestamp_invalid, statement_malformed.
Result<> read_csv(std::istream& in, const std::string& name, const CsvOptions& options, Sink& sink);

// Whether it is a name of ours that `columns` may use.
bool is_csv_column(std::string_view name);

} // namespace settled::statements
