// Statements as CSV, whose columns are named by each bank in its own way.
//
// One file is one account and one statement: its period is that of its entries, and it has no
// balances and no sequence. Columns are found by the names in `columns`, then by the names that are
// usual. Amounts are one signed column, one column with a direction next to it, or a column for
// each direction; groups of thousands are taken only where they are whole ("1,234.56").
//
// Nothing is guessed: a column of directions with a word that is not known, a column of statuses of
// which nothing says which word means booked, and a file without any column that could link an entry
// to a settlement are refused with what was seen.
#pragma once

#include "statements/statement.h"

#include <cstddef>
#include <istream>
#include <map>
#include <string>
#include <vector>

namespace settled::statements {

enum class DateForm : std::uint8_t {
    iso,
    day_first,
    month_first
}; // 2026-11-22, 22/11/2026, 11/22/…

struct CsvOptions {
    // Ours to the file's: {"date","Booking Date"}. Ours are date, value_date, amount, credit,
    // debit, direction, status, currency, account, reference, end_to_end_id, instruction_id,
    // transaction_id, bank_reference, uetr, name, counterparty_account. Of a file without a header
    // the columns are called "1", "2", and so on.
    std::map<std::string, std::string> columns;
    char delimiter = 0; // 0: by the header, one of , ; and tab
    bool decimal_comma = false;
    DateForm dates = DateForm::iso;
    bool two_digit_years = false; // 22/11/26; from 70 on they are of the last century
    std::string account;          // where the file has no column for it
    std::string currency;         // likewise
    bool has_header = true;
    std::size_t skip_lines = 0;      // above the header
    std::size_t skip_last_lines = 0; // sums and remarks below the entries
    // Words in lower case. Of `status`: those that mean booked; entries of other words are passed
    // over. Of `direction`: in addition to the usual ones.
    std::vector<std::string> booked_words, credit_words, debit_words;
};

// Errors say the file and the line: csv_malformed, column_missing, value_invalid, amount_invalid,
// currency_unknown, timestamp_invalid, statement_malformed.
Result<> read_csv(std::istream& in, const std::string& name, const CsvOptions& options, Sink& sink);

// Whether it is a name of ours that `columns` may use.
bool is_csv_column(std::string_view name);

} // namespace settled::statements
