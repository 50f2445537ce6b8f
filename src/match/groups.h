// Matches of more than one to one: which payments together make one settlement, which settlements
// together make one payment, and which are alike in everything. Pure.
#pragma once

#include "match/match_fields.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace settled::match {

// More candidates than these are not searched: what fits among many fits by chance.
inline constexpr std::size_t group_candidates_max = 24;

enum class Fit : std::uint8_t { none, one, several };

struct Group {
    Fit fit = Fit::none;
    std::vector<std::size_t> members; // one: by position in the span that was given, ascending
};

// The subset of 2 to `parts_max` amounts that is exactly `total`. `several` when more than one
// subset fits or there are more than group_candidates_max candidates of that currency: no match is
// made then. Amounts are positive.
Group sum_to(const Money& total, std::span<const Money> amounts, std::size_t parts_max);

// Equal in everything that is compared except the time: nothing can distinguish them. True for none
// and for one.
bool are_twins(std::span<const MatchFields> items);

} // namespace settled::match
