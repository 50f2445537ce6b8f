// Carries out the decisions of a file (review_plan.h), one call after the other.
//
// Each call has the decision's own Idempotency-Key, so that the same file again does nothing twice,
// whatever became of the first time. A decision that is refused, since the review was decided
// meanwhile or its parts are not the settlement's amount, keeps no other from being made.
#pragma once

#include "cli/client/api_session.h"
#include "cli/commands/review_plan.h"

#include <functional>
#include <string>
#include <vector>

namespace settled::cli {

enum class Outcome : std::uint8_t {
    done,        // in a dry run: would be
    done_before, // by this file, or one that decides the same
    stands,      // another decision of the file, or a fact, has led to the same match
    refused,
};
std::string_view token(Outcome outcome); // the enumerator's name

struct DecisionResult {
    Outcome outcome = Outcome::done;
    std::string code = {}; // of what was refused: "state_conflict", and why
    std::string detail = {};
};

struct ReviewImport {
    bool dry_run = false;
};

// A result for each decision. Fails only when the API cannot be reached; then `results` has those
// that were made before.
Result<> carry_out(ApiSession& session, const std::vector<PlannedDecision>& plan,
                   const ReviewImport& options, std::vector<DecisionResult>& results,
                   const std::function<void(std::size_t done)>& progress);

} // namespace settled::cli
