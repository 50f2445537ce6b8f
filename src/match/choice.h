// The verdict: which payment a settlement belongs to. Pure; the same facts give the same verdict.
//
// Never a guess: a rank decides only if exactly one candidate has it, no other candidate rivals it,
// and the same holds seen from the payment's side. Otherwise: ambiguous. Which weaker candidate
// rivals which winner, and why, is a table in choice.cpp, explained with examples in
// docs/matching.md. A candidate that may only be suggested never wins, and rivals every winner that
// is not stronger.
#pragma once

#include "match/ladder.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace settled::match {

// Why a candidate was rejected, for the reviewer who has to decide instead. The tokens are part of
// the public API.
enum class RejectReason : std::uint8_t {
    rival_of_same_rank, // another candidate has its rank
    rival_casts_doubt,  // it is the best, but a candidate of another rank rivals it
    weaker_rank,        // another candidate is better; this one can only cast doubt on that one
    only_suggested,     // its rank, its lateness or its amount leaves it to a reviewer
    not_all_compared,   // it is the best of those that were compared, and there are more
    // Chosen from the settlement's side alone: the payment could belong to more than one
    // settlement, or another settlement fits it better.
    settlement_not_unique,
    another_settlement_fits_better,
};
std::string_view token(RejectReason reason); // the enumerator's name

// A candidate on the other side, by its position in the span that was passed.
struct Candidate {
    std::size_t index;
    Rank rank;
    Policy policy = Policy::automatic;
    Comparison comparison = {};                               // what the rank was made from
    std::optional<RejectReason> reject_reason = std::nullopt; // absent: it was chosen

    bool may_win() const { return policy == Policy::automatic || policy == Policy::watermark; }
    friend bool operator==(const Candidate& a, const Candidate& b) {
        return a.index == b.index && a.rank == b.rank;
    }
};

enum class Outcome : std::uint8_t { none, one, ambiguous };

// One side's choice among the other side's open items.
struct Choice {
    Outcome outcome = Outcome::none;
    // one: the match; ambiguous: all rivals, best rank first; none: the possible suggestions
    std::vector<Candidate> candidates;
};

// How much of the other side was searched.
enum class Coverage : std::uint8_t {
    complete, // all open items of the account with that amount
    by_keys,  // all that share an identifier: ranks that need none decide nothing
    // All that ProbeOptions::strong() finds (keys.h): only ranks 1, 2, 5 and 6 decide, on which no
    // other candidate casts doubt.
    by_strong_keys,
    truncated, // at most limits::candidates_max of many: only rank 1, or rank 2 without a contradicting
               // reference, decides. Candidates by id are all there.
};

// The verdict does not depend on the order of `others`; candidates of one rank are listed by index.
// The settlement's choice among payments…
Choice choose_payment(const MatchFields& settlement, std::span<const MatchFields> payments,
                      Coverage seen, const RuleSet& rules = standard_rules());
// …and the payment's choice among settlements. A match is made only when both choose each other.
Choice choose_settlement(const MatchFields& payment, std::span<const MatchFields> settlements,
                         Coverage seen, const RuleSet& rules = standard_rules());

// How many weaker claims on a payment are examined before they cast doubt on the stronger one
// (units/matching/claims.h). A payment with more claims goes to a reviewer, and a decision on a
// settlement costs no more than a few probes.
inline constexpr std::size_t claims_heard_max = 4;

// Whether the other side chose `self`, by its position among the others there; if not, the reason
// for the candidate that made this choice.
std::optional<RejectReason> counterpart_rejection(const Choice& other_side, std::size_t self);

} // namespace settled::match
