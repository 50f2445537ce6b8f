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
    rival_of_same_rank, // another of its rank is there
    rival_casts_doubt,  // the best, but a candidate of another rank rivals it
    weaker_rank,        // another is better; all that it can do is to cast doubt on that one
    only_suggested, // by its rank, its lateness or its amount it may not be taken without a person
    not_all_compared, // the best of those that were looked at, and there are more
    // Chosen from the settlement's side alone; the payment has more than one settlement that it
    // could be, or another one that fits it better.
    settlement_not_unique,
    another_settlement_fits_better,
};
std::string_view token(RejectReason reason); // the enumerator's name

// A candidate of the other side, by its position in the span that was given.
struct Candidate {
    std::size_t index;
    Rank rank;
    Policy policy = Policy::automatic;
    Comparison comparison = {};                               // what the rank was made from
    std::optional<RejectReason> reject_reason = std::nullopt; // absent: it was

    bool may_win() const { return policy == Policy::automatic || policy == Policy::watermark; }
    friend bool operator==(const Candidate& a, const Candidate& b) {
        return a.index == b.index && a.rank == b.rank;
    }
};

enum class Outcome : std::uint8_t { none, one, ambiguous };

// One side's choice among the other side's open items.
struct Choice {
    Outcome outcome = Outcome::none;
    // one: that one; ambiguous: all rivals, best rank first; none: what may be suggested
    std::vector<Candidate> candidates;
};

// How much of the other side was looked at.
enum class Coverage : std::uint8_t {
    complete, // all that is open on the account with that amount
    by_keys,  // all that have an identifier in common: ranks that need none decide nothing
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

// Whether the other side took `self`, the position that it stood at among the others there; if not,
// what that means for the candidate that made this choice.
std::optional<RejectReason> counterpart_rejection(const Choice& other_side, std::size_t self);

} // namespace settled::match
