// The live server's ladder (match/ladder.h) over files: what rank a pair has there, and matching by
// it alone where there is too little to learn from.
#pragma once

#include "match/choice.h"
#include "match/match_fields.h"
#include "record_linkage/linker.h"

#include <optional>

namespace settled::record_linkage {

// A row as the live server would see it. A file without accounts is taken to be of one account.
match::MatchFields identity_of(const Transfer& transfer, const Texts& texts);

// The rank that the ladder gives a pair whose amounts are equal, whatever its rivals.
std::optional<match::Rank> rank_of(const Transfer& origin, const Transfer& destination,
                                   const Texts& texts);

// Matches what the ladder decides from both sides, among equal amounts inside the window.
void by_ladder(const Side& origins, const Side& destinations, const Texts& texts,
               const Bounds& bounds, Linked& out);

} // namespace settled::record_linkage
