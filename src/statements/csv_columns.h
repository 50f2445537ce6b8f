// Where a CSV file has what: its header, and which column is which.
#pragma once

#include "statements/csv.h"
#include "wire/csv.h"

#include <array>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace settled::statements {

enum Column : std::uint8_t {
    date,
    value_date,
    amount,
    credit,
    debit,
    direction,
    status,
    currency,
    account,
    reference,
    end_to_end_id,
    instruction_id,
    transaction_id,
    bank_reference,
    uetr,
    name,
    counterparty_account,
    columns_count
};

inline constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

struct Places {
    std::array<std::size_t, columns_count> at{};
    // The direction's column was named, or has a name that means nothing else: all its words must be
    // known. A "type" may be the type of a payment.
    bool direction_is_sure = false;
};

// Fails with column_missing, and says which columns are there.
Result<Places> places_in(const wire::CsvReader& csv, const std::string& file,
                         const CsvOptions& options);

// The part of the file that is the table: what is above its header is passed over, as many lines as
// `skip_lines` says, else up to the line that has all columns which were named; the last lines
// likewise. Owns the stream that the reader reads from.
struct CsvTable {
    std::unique_ptr<std::streambuf> part; // of the stream, without the last lines
    std::unique_ptr<std::istream> stream;
    char delimiter = ',';
    std::size_t first_line = 1;
};
CsvTable table_in(std::istream& in, const CsvOptions& options);

// In lower case, without control characters and runs of spaces.
std::string column_name(std::string_view text);

} // namespace settled::statements
