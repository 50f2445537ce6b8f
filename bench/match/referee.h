// Says, knowing the truth, how well an engine did: what was right, wrong, missed, and whether what
// it called ambiguous is so.
//
// A match is right when the settlement was made for that payment. Of twins (payments that are equal
// in everything except the time and were all paid) no observer can say which settlement pays which,
// and nothing depends on it: a match to a twin is no error, and is counted apart. Everything else
// is wrong.
//
// A payment whose event comes later than the watermark promises is unknown when its money is
// judged: what is wrong because of that is counted apart, too.
#pragma once

#include "bench/match/engine.h"
#include "bench/match/world.h"
#include "match/rank.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace settled::bench {

struct Tally {
    std::uint64_t settlements = 0; // that have a payment
    std::uint64_t right = 0;
    std::uint64_t twins = 0; // matched to a twin of their payment
    std::uint64_t wrong = 0;
    // Of those: the payment's event came after the settlement was judged, …
    std::uint64_t wrong_at_once = 0;         // … within the watermark, which was not waited for
    std::uint64_t wrong_registered_late = 0; // … beyond the watermark
    // of all that are wrong: not put to review when it was registered
    std::uint64_t wrong_unnoticed = 0;
    // right, and put to review because another was registered late
    std::uint64_t doubted_in_vain = 0;
    std::uint64_t ambiguous = 0;
    std::uint64_t unmatched = 0;

    Tally& operator+=(const Tally& other);
    double coverage() const;
};

struct Findings {
    Tally all;
    std::array<Tally, mutations> by_mutation{};
    std::array<Tally, designs> by_design{};
    std::array<std::uint64_t, match::ranks> by_rank{};
    std::array<std::uint64_t, match::ranks> wrong_by_rank{};
    std::uint64_t strangers = 0;
    std::uint64_t strangers_ambiguous = 0;
    // Of what ended ambiguous: with no other payment and no other settlement that could be meant.
    std::uint64_t ambiguous_unfounded = 0;
    EngineFigures figures;
    std::vector<std::string> wrong_ones; // some of them, to be looked at

    Findings& operator+=(const Findings& other);
};

Findings referee(const World& world, const Engine& engine, std::uint64_t seed);

} // namespace settled::bench
