// How a pair's comparisons are cut into cells, for each of which the model learns how often true
// pairs and strangers fall into it.
#pragma once

#include "record_linkage/memo_compare.h"
#include "record_linkage/pairs.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace settled::record_linkage::cells {

// Memo: how it is alike, times how rare the shared part is, in steps of a factor of e.
inline constexpr std::size_t rarity_steps = 14;
inline constexpr std::size_t memo_kinds = 4 + 2 * rest_count * rest_count;
inline constexpr std::size_t memo_count = memo_kinds * rarity_steps;

inline std::size_t rests(const MemoMatch& m) {
    return static_cast<std::size_t>(m.origin_rest) * rest_count +
           static_cast<std::size_t>(m.destination_rest);
}
inline std::size_t memo(const MemoMatch& m) {
    const auto likeness = static_cast<std::size_t>(m.likeness);
    const std::size_t kind = m.likeness == Likeness::aligned
                                 ? 4 + (m.exact ? 0U : rest_count * rest_count) + rests(m)
                                 : likeness;
    const auto step = static_cast<std::size_t>(std::clamp(m.shared, 0.0F, 13.0F));
    return kind * rarity_steps + std::min(step, rarity_steps - 1);
}

// Words left over: one of each side, given the kinds of rests.
inline constexpr std::size_t words_count = usual_word_values * usual_word_values;
inline constexpr std::size_t rests_count = rest_count * rest_count;
inline std::size_t words(const MemoMatch& m) {
    return m.likeness == Likeness::aligned ? m.origin_word * usual_word_values + m.destination_word
                                           : 0;
}

// Amount: equal; or the ratio, in equal steps over the band.
inline constexpr std::size_t amount_equal = 0;
inline constexpr std::size_t amount_steps = 60;
inline constexpr std::size_t amount_count = amount_steps + 1;
inline std::size_t amount(std::int64_t origin, std::int64_t destination, std::int64_t band_ppm) {
    if (origin == destination || band_ppm == 0)
        return amount_equal;
    const double a = static_cast<double>(origin);
    const double b = static_cast<double>(destination);
    const double share = (b - a) / std::max(a, b) * 1e6 / static_cast<double>(band_ppm); // -1 … 1
    const auto step = static_cast<std::size_t>((share + 1) / 2 * amount_steps);
    return 1 + std::min(step, amount_steps - 1);
}

// Delay: finer steps in the first day, where the files have times; then days; the last cells are
// shared out over a long window.
inline constexpr std::size_t hours_steps = 7;
inline constexpr std::size_t day_steps = 56;
inline constexpr std::size_t delay_count = hours_steps + day_steps + 1;
inline std::size_t delay(std::chrono::microseconds by, std::chrono::microseconds window) {
    using std::chrono::days, std::chrono::hours, std::chrono::minutes;
    constexpr std::chrono::microseconds edges[] = {minutes(1), minutes(10), hours(1), hours(3),
                                                   hours(6),   hours(12),   hours(24)};
    if (by < days(1))
        return static_cast<std::size_t>(std::ranges::upper_bound(edges, by) - std::begin(edges));
    const auto day = static_cast<std::size_t>(by / days(1));
    const auto whole = static_cast<std::size_t>(window / days(1)) + 1;
    const std::size_t per_step = (whole + day_steps - 1) / day_steps;
    return hours_steps + std::min(day / std::max<std::size_t>(per_step, 1), day_steps);
}

} // namespace settled::record_linkage::cells
