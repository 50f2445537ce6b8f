// Figures over time: how much happened in each minute and in each hour.
//
// A unit notes what it does (count_figure). The writer adds up what a group of units has noted and
// writes the sums in the same commit, into rows of its own: so no two writers wait for each other, a
// figure is there if and only if its facts are, and a reader adds the writers up. Rows of minutes are
// kept for 8 days and rows of hours for 400 (drop_old_figures).
#pragma once

#include "store/session.h"
#include "store/step.h"

#include <chrono>
#include <cstdint>
#include <vector>

namespace settled::store {

// The numbers are in the store: never renumber.
enum class Metric : std::uint8_t { webhooks = 1, matches_by_rank = 2, deliveries = 3, told = 4 };

// Something that a unit did, once.
struct FigureItem {
    TenantId tenant;
    Metric metric;
    std::int64_t kind = 0; // the rank of a match, the outcome of a delivery, a bucket of `told`
    Instant at;
};

// Adds one to a figure, when, and only when, this unit is committed.
void count_figure(Session& s, const FigureItem& item);

inline constexpr std::chrono::seconds minute_row{60};
inline constexpr std::chrono::seconds hour_row{3'600};
inline constexpr std::chrono::days minute_rows_kept{8};
inline constexpr std::chrono::days hour_rows_kept{400};

// The beginning of the row that a moment belongs to.
constexpr Instant start_of_row(Instant at, std::chrono::seconds length) {
    const std::int64_t length_us = std::chrono::microseconds(length).count();
    return Instant{at.us - at.us % length_us};
}

// Adds them to the rows of that writer. The engine calls it before it commits; the statements' rows are
// not waited for.
Step<> write_figures(Session& s, std::vector<FigureItem> items, std::int64_t writer);

} // namespace settled::store
