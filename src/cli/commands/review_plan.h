// What a file of decisions asks for: the table of review_table.h with decisions filled in.
//
//   accept  the candidate of that row; on several rows of one review, each with its `part`, the
//           settlement is shared out among them
//   reject  the settlement pays none of our payments
//   close   a reviewer has dealt with a review that concerns no settlement
//
// Rows without a decision are passed over. The file is read whole before anything is done with it:
// one row that cannot be carried out as it stands, and nothing is.
#pragma once

#include "base/error.h"
#include "base/money.h"

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <vector>

namespace settled::cli {

struct PlannedPart {
    std::string payment_id;      // ours, or the client's
    std::optional<Money> amount; // absent: all of the settlement
};

struct PlannedDecision {
    std::size_t line = 0;  // of its first row
    std::string review_id; // "rev_…"
    std::string action;    // accept, split, reject, close: the last part of the call's path
    std::string reason;
    std::vector<PlannedPart> parts; // of accept and split

    // The call that carries it out.
    std::string path() const;
    std::string body(bool dry_run) const;
    // The same for the same review and the same decision, whatever the file: done once.
    std::string idempotency_key() const;
};

// A file has at most so many decisions: they are held in memory.
inline constexpr std::size_t planned_decisions_max = 1'000'000;

// In the order of the file. Commas or semicolons stand between its fields, as its header has it.
// Errors name the file and the line, in the order of the checks: csv_malformed, column_unknown,
// column_missing, value_invalid (review_id), decision_unknown, reason_missing, value_invalid
// (reason, payment_id), currency_unknown, amount_invalid (part), decision_conflict, id_repeated
// (one payment twice), limit_reached.
Result<std::vector<PlannedDecision>> read_review_plan(std::istream& in, const std::string& name);

} // namespace settled::cli
