// The verdict: which payment is behind a settlement. Pure; the same facts give the same verdict.
//
// Ranks (docs/matching.md; gaps are ranks that later rules fill):
//   1  UETR or scheme id equal                    + account + amount
//   2  end-to-end id equal (6 characters or more) + account + amount
//   5  reference equal + payer account equal      + account + amount
//   6  reference equal                            + account + amount
//   7  one reference is the beginning of the other (8 or more) + payer account equal + account +
//   amount 8  the same without payer account
// Vetoes, whatever else agrees: end-to-end ids both present and different; payer accounts both
// present and different; UETRs both present and different; amount, currency or account different;
// payment created after the settlement settled (clock skew allowed).
//
// Never a guess: a rank decides only if exactly one candidate has it, no weaker candidate rivals
// it, and the same holds seen from the payment's side. Otherwise: ambiguous. Which weaker candidate
// rivals which winner, and why, is a table in rules.cpp, told with examples in docs/matching.md.
#pragma once

#include "match/identity.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace settled::match {

enum class Rank : std::uint8_t {
    uetr = 1,
    end_to_end_id = 2,
    reference_and_payer = 5,
    reference = 6,
    reference_prefix_and_payer = 7,
    reference_prefix = 8,
};

std::string_view token(
    Rank rank); // "uetr+account+amount", "e2e+account+amount", "reference+payer+account+amount", …

enum class Veto : std::uint8_t {
    account_differs,
    amount_differs,
    uetr_differs,
    end_to_end_id_differs,
    payer_differs,
    created_after_settlement,
    nothing_in_common,
};

std::string_view token(Veto veto); // the enumerator's name

// Clocks of providers and banks differ; a payment may seem this much younger than its settlement.
inline constexpr auto clock_skew_max = std::chrono::minutes(5);

// How one payment and one settlement relate.
struct Relation {
    std::optional<Rank> rank;
    std::optional<Veto> veto; // set exactly when rank is not
};
Relation relate(const Identity& payment, const Identity& settlement);

// A candidate of the other side, by its position in the span that was given.
struct Candidate {
    std::size_t index;
    Rank rank;
    friend bool operator==(const Candidate&, const Candidate&) = default;
};

enum class Outcome : std::uint8_t { none, one, ambiguous };

// One side's choice among the other side's open items.
struct Choice {
    Outcome outcome = Outcome::none;
    std::vector<Candidate> candidates; // one: that one; ambiguous: all rivals, best rank first
};

// `others` holds at most limits::candidates_max items; `overflow` says that there were more, which
// makes every rank but 1 and 2 ambiguous (and 2 as well if its references differ), even when no
// candidate is left to name. Candidates by id_keys() must all be among `others`, or be 64 of them.
// The verdict does not depend on the order of `others`; candidates of one rank are listed by index.
// The settlement's choice among payments…
Choice choose_payment(const Identity& settlement, std::span<const Identity> payments,
                      bool overflow);
// …and the payment's choice among settlements. A match is made only when both choose each other.
Choice choose_settlement(const Identity& payment, std::span<const Identity> settlements,
                         bool overflow);

} // namespace settled::match
