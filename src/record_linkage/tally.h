// How often pairs fall into the cells of their comparisons (cells.h).
#pragma once

#include "record_linkage/cells.h"
#include "record_linkage/pairs.h"

#include <array>
#include <cstddef>
#include <vector>

namespace settled::record_linkage {

struct Tally {
    std::vector<double> memo = std::vector<double>(cells::memo_count);
    std::vector<double> words = std::vector<double>(cells::rests_count * cells::words_count);
    std::vector<double> amount = std::vector<double>(cells::amount_count);
    std::vector<double> delay = std::vector<double>(cells::delay_count);
    std::array<std::array<double, 4>, 3> ids{}; // end-to-end id, payer account, payer name
    double pairs = 0;

    void add(const Pair& pair, double share);
};

} // namespace settled::record_linkage
