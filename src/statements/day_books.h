// One account on one day: what the bank booked against what is known here, side by side.
//
// Money that was paid in is compared by the reconciliation of the statements (pairing.h). This pairs
// what that leaves aside: payments out, orders that came back and settlements that were sent back, by
// the bank's transaction id and the direction, then by an end-to-end id that one line on each side
// has with the same amount. Pure; the result depends on no order.
#pragma once

#include "statements/statement.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settled::statements {

enum class Flow : std::uint8_t {
    paid_in,     // credits that are no return
    paid_out,    // debits that are no return
    came_back,   // credits: the receiver's bank returned a payment of ours
    was_returned // debits: money that had been paid in went back
};
std::string_view token(Flow flow);
Flow flow_of(bool credit, bool is_return);

struct BankLine {
    std::int64_t minor = 0;
    bool credit = true;
    bool is_return = false;       // as far as the bank says so
    std::vector<std::string> ids; // the bank's, canonical
    std::string end_to_end_id;    // canonical
    bool is_of_day = true;        // false: of the day before or after it
};

struct OwnLine {
    std::int64_t minor = 0;
    Flow flow = Flow::paid_out;
    std::string transaction_id; // canonical
    std::string end_to_end_id;  // canonical
    bool is_of_day = true;
};

inline constexpr std::size_t no_line = static_cast<std::size_t>(-1);

// For each line of the bank the one of ours, or no_line. A pair may differ in amount where the
// bank's id pairs it.
std::vector<std::size_t> pair_lines(std::span<const BankLine> bank, std::span<const OwnLine> own);

enum class DayGap : std::uint8_t {
    no_statement,    // none covers the day
    not_reconciled,  // one is here and was not compared yet
    lacks_pages,     // a page of one is not here
    wrong_balance,   // opening balance and entries do not make the closing balance
    missing_here,    // the bank booked it, and it is not known here
    missing_at_bank, // it is known here, and on no statement
    amount_differs,
    ambiguous,                 // several settlements would fit
    order_without_settlement,  // the bank has not said what became of it
    return_without_settlement, // the same
};
std::string_view token(DayGap gap);

// Why there is such a difference, and what a person should do: a sentence each.
std::string_view cause_of(DayGap gap, Flow flow);
std::string_view advice_for(DayGap gap, Flow flow);

} // namespace settled::statements
