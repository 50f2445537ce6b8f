// Pairs of an origin and a destination that could belong together, and what each pair says.
//
// A pair is looked at when currency and account do not contradict, the destination is later by 0 to
// `window`, and the amounts differ by at most `band`, and they share some evidence (finder.h); it is
// kept when what they share is rare enough. Amounts are compared as integers.
#pragma once

#include "record_linkage/memo_compare.h"
#include "record_linkage/transfers.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace settled::record_linkage {

struct Bounds {
    std::chrono::microseconds window = std::chrono::days(21);
    std::int64_t band_ppm = 60'000; // of the larger amount
    // The work for one destination, however crowded its window is: of lists of shared evidence at
    // most so many entries are read, and so many origins are compared.
    std::size_t read_max = 40'000;
    std::size_t compared_max = 4'000;
};

// What is looked at reaches beyond the bounds. A payment whose settlement lost more than the band
// allows leaves two transfers without partner at once, alike and close in time, each of which fits
// a stranger all the better; that they have each other must be seen to doubt the strangers.
Bounds widened(const Bounds& bounds);

// One id of both sides.
enum class Agreement : std::uint8_t { absent, equal, near, differ };

// Cells of the tables in model.h; their meaning is in cells.h.
struct Pair {
    std::uint32_t origin = 0;
    std::uint32_t destination = 0;
    std::uint16_t memo = 0;
    std::uint16_t words = 0;
    std::uint16_t rests = 0;
    std::uint16_t amount = 0;
    std::uint8_t delay = 0;
    bool within_bounds = true; // else it is only a rival of others, never a match
    Agreement end_to_end_id = Agreement::absent;
    Agreement payer_account = Agreement::absent;
    Agreement payer_name = Agreement::absent;
    // Natural logs of how likely it is that two strangers agree like this.
    float amount_chance = 0;
    float id_chance = 0;
    float crowd = 0; // natural log of how many strangers are in reach of this destination
};

// Pairs of one destination that a limit (Bounds) left out: the odds that each may have, at most.
struct LeftOut {
    struct Of {
        std::uint32_t origin;
        float odds;
    };
    std::vector<Of> known; // of origins that were found and not compared
    float unread = 0;      // of any origin that was not found; 0 if all were

    bool is_nothing() const { return known.empty() && unread == 0; }
};

} // namespace settled::record_linkage
