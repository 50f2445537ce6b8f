// The verdict: which payment is behind a settlement. Pure; the same facts give the same verdict.
//
// Never a guess: a rank decides only if exactly one candidate has it, no other candidate rivals it,
// and the same holds seen from the payment's side. Otherwise: ambiguous. Which weaker candidate
// rivals which winner, and why, is a table in choice.cpp, told with examples in docs/matching.md. A
// candidate that may only be suggested never wins, and rivals every winner that is not stronger.
#pragma once

#include "match/ladder.h"

#include <cstdint>
#include <span>
#include <vector>

namespace settled::match {

// A candidate of the other side, by its position in the span that was given.
struct Candidate {
    std::size_t index;
    Rank rank;
    Policy policy = Policy::automatic;
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
enum class Seen : std::uint8_t {
    all,     // all that is open on the account with that amount
    by_keys, // all that have an identifier in common: ranks that need none decide nothing
    some,    // at most limits::candidates_max of many: only rank 1, or rank 2 without a
             // contradicting reference, decides. Candidates by id_keys() (keys.h) are all there.
};

// The verdict does not depend on the order of `others`; candidates of one rank are listed by index.
// The settlement's choice among payments…
Choice choose_payment(const Identity& settlement, std::span<const Identity> payments, Seen seen,
                      const RuleSet& rules = standard_rules());
// …and the payment's choice among settlements. A match is made only when both choose each other.
Choice choose_settlement(const Identity& payment, std::span<const Identity> settlements, Seen seen,
                         const RuleSet& rules = standard_rules());

} // namespace settled::match
