// What a run of the linker amounts to, with the truth or without.
#pragma once

#include "record_linkage/linker.h"

#include <cstddef>
#include <map>
#include <span>
#include <string>

namespace settled::record_linkage {

struct Score {
    std::size_t origins = 0;
    std::size_t destinations = 0;
    std::size_t matched = 0;
    std::size_t ambiguous = 0;
    std::size_t unmatched = 0;
    std::map<std::string, std::size_t>
        per_rank; // "1" to "8" as in match/ladder.h, "12" for the rest
    bool has_truth = false;
    std::size_t possible = 0; // destinations with a true partner in the file
    std::size_t right = 0;
    std::size_t wrong = 0;
    std::map<std::string, std::size_t> wrong_per_rank;
};

// `truth` may be empty with has_truth false: then nothing is said about right and wrong.
Score score(const Linked& linked, const Side& origins, const Side& destinations, const Texts& texts,
            std::span<const TruePair> truth, bool has_truth);

} // namespace settled::record_linkage
