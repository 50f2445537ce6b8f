// How much of a long task is done in one unit of work.
//
// The writer carries out units one after the other, so a unit that clears away many rows does it in
// bites between which others get their turn. What a bite costs goes by its rows and by its bytes: a
// body of 1 MiB lies on 256 pages, each of which is given back.
#pragma once

#include "store/rows.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace settled::store {

struct Bite {
    std::size_t rows_max = 0;
    std::size_t bytes_max = 0; // the last row may exceed it
};

struct Bitten {
    std::int64_t rows = 0;
    bool more = false; // there may be more to take
};

// How many of the first rows go into the bite; `column` has the bytes of each.
inline std::size_t rows_within(const Rows& rows, std::size_t column, std::size_t bytes_max) {
    std::size_t bytes = 0, count = 0;
    while (count < rows.size() && bytes < bytes_max)
        bytes += static_cast<std::size_t>(rows[count++].integer(column));
    return count;
}

// The size of the next bite, from the time that the one before it took until it was committed: on a
// slow disk, or while the writer has much to do, bites get smaller.
class Appetite {
  public:
    static constexpr std::chrono::microseconds time_max{5'000}; // that a bite is to take
    static constexpr std::size_t rows_most = 64;
    static constexpr std::size_t rows_least = 4;
    static constexpr std::size_t bytes_max = 256UL * 1024; // 64 webhooks of the usual size

    Bite next() const { return {rows_, bytes_max}; }
    void took(std::chrono::microseconds time) {
        if (time > time_max)
            rows_ = std::max(rows_least, rows_ / 2);
        else if (time < time_max / 2)
            rows_ = std::min(rows_most, rows_ + rows_least);
    }
    // How long to let other units go first: as long as they had to wait.
    static std::chrono::microseconds rest_after(std::chrono::microseconds time) {
        return std::clamp(time, std::chrono::microseconds(1'000),
                          std::chrono::microseconds(100'000));
    }

  private:
    std::size_t rows_ = rows_most / 2;
};

} // namespace settled::store
