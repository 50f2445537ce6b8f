// The two files as tables of transfers: payments sent (origin) and settlements arrived
// (destination).
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/money.h"
#include "record_linkage/memo.h"
#include "record_linkage/names.h"

#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace settled::record_linkage {

// One row. Texts are numbers in Texts; 0 is an absent one.
struct Transfer {
    Instant at;
    std::int64_t minor = 0; // positive
    std::uint32_t currency = 0;
    std::uint32_t account = 0; // payee account, account_key() form
    std::uint32_t payer_account = 0;
    std::uint32_t end_to_end_id = 0; // canonical
    std::uint32_t institution = 0;
    std::uint32_t memo = 0;
    std::uint32_t payer_name = 0;
};

// In order of time, then of id; `ids` are in the same order.
struct Side {
    std::vector<Transfer> transfers;
    std::vector<std::string> ids;
    bool has_times = false; // some row says more than the day
};

struct Texts {
    MemoBook memos;
    MemoBook payer_names;
    Names accounts;
    Names end_to_end_ids;
    Names institutions;
    std::vector<Currency> currencies;
};

// Reads CSV (wire/csv.h) with a header. Columns id, date, amount and reference are needed, in any
// order; currency may be missing (then every amount has two decimals and the currency is not
// compared); account, payer_account, payer_name, end_to_end_id and institution are optional; others
// are ignored. A date is YYYY-MM-DD or RFC 3339. An amount is exact: digits that its currency does
// not have are refused, and so are amounts that are not positive. Errors name file and line:
// column_missing, csv_malformed, value_invalid, timestamp_invalid, amount_invalid,
// currency_unknown, id_repeated.
Result<Side> read_side(std::istream& in, const std::string& name, Texts& texts);

// What is true, for scoring: columns origin and destination, ids of the two files. A pair of places in
// the two sides for each row whose ids are both there; the others are counted, since each of them
// makes a share of what is possible mean less. Fails with value_invalid when no row has ids that are
// there: it is the truth of other files.
struct TruePair {
    std::uint32_t origin;
    std::uint32_t destination;
};
struct Truth {
    std::vector<TruePair> pairs;
    std::size_t unknown = 0; // rows with an id that is in neither file
};
Result<Truth> read_truth(std::istream& in, const std::string& name, const Side& origins,
                         const Side& destinations);

} // namespace settled::record_linkage
