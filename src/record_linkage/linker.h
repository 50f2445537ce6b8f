// Links two sides of transfers: learns what true pairs look like, then decides in order of time.
//
// A pair is a match when its posterior is high enough that, over all matches, no more than a small
// budget of wrong ones is expected; since posteriors of one transfer add up to one, that is a
// margin over every rival on both sides at once. Nothing else is matched: two that fit equally well
// are ambiguous. Where there is too little to learn from, only the ladder of match/ladder.h
// decides.
//
// Deterministic: the same files give the same matches, with any number of threads. The order of rows in
// a file moves weights by little (counts.h), so that a pair close to the limit may be a match in one
// order and ambiguous in another. Memory: the rows, and the pairs of a few windows of time.
#pragma once

#include "record_linkage/pairs.h"
#include "record_linkage/transfers.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace settled::record_linkage {

struct Match {
    std::uint32_t origin;
    std::uint32_t destination;
    float posterior; // 1 for a match of the ladder alone
};

struct Linked {
    std::vector<Match> matches;  // in order of the destinations
    std::vector<bool> ambiguous; // by destination: it has partners that fit, but no single one
    bool learnt = false;
    double expected_wrong = 0; // by the posteriors
    std::size_t compared = 0;  // pairs, those that were learnt from included
    std::size_t limited = 0;   // destinations of which not all were compared (Bounds)
};

struct LinkOptions {
    Bounds bounds;
    std::size_t threads = 1; // for finding pairs; the result is the same with any number
    // Called now and then with what is being done and how far it is.
    std::function<void(std::string_view what, std::size_t done, std::size_t total)> progress;
};

Linked link_sides(const Side& origins, const Side& destinations, const Texts& texts,
                  const LinkOptions& options);

} // namespace settled::record_linkage
