// Figures over time, read from the rows that writers keep (store/figures.h), and the clearing away of
// old rows.
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "store/bite.h"
#include "store/figures.h"
#include "store/session.h"
#include "store/step.h"

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <vector>

namespace settled::store {

// How an attempt to deliver ended, as the kind of Metric::deliveries. Never renumber.
enum class DeliveryEnd : std::uint8_t { delivered = 0, to_retry = 1, dead = 2, cancelled = 3 };

// How long it took to notify a partner, from when the delivery was owed, as the kind of the figures of
// that metric: the number of the first bound, in milliseconds, that the time does not exceed; beyond the
// last bound, the number of bounds. Never renumber.
inline constexpr std::array<std::int64_t, 21> told_bounds_ms{
    1,      2,       5,         10,        20,         50,         100,
    200,    500,     1'000,     2'000,     5'000,      10'000,     30'000,
    60'000, 300'000, 1'800'000, 3'600'000, 21'600'000, 43'200'000, 86'400'000};
std::int64_t told_bucket(std::chrono::microseconds took);

// Steps of equal length, each of one or more whole rows.
struct Steps {
    Instant from;                         // where a row begins
    Instant to;                           // not included; where a row ends
    std::chrono::seconds step{};          // a multiple of `row`
    std::chrono::seconds row{minute_row}; // which rows are read

    std::size_t count() const {
        const std::int64_t length = std::chrono::microseconds(step).count();
        return static_cast<std::size_t>((to.us - from.us + length - 1) / length);
    }
};
// By kind, then by step; steps without a row have 0.
using FigureLines = std::map<std::int64_t, std::vector<std::int64_t>>;
Step<FigureLines> read_figures(Session& s, TenantId tenant, Metric metric, Steps steps);

using ToldCounts = std::array<std::int64_t, told_bounds_ms.size() + 1>;
// The bound below which so many of a hundred lie, in milliseconds; of those beyond the last bound the last.
// nullopt: there are none.
std::optional<std::int64_t> percentile_of(const ToldCounts& counts, std::int64_t of_hundred);

// Deletes rows of that length that began before `until`, of all tenants, oldest first; the rows of one
// start go together, so that a bite may be some rows larger.
Step<Bitten> drop_old_figures(Session& s, std::chrono::seconds length, Instant until, Bite bite);

} // namespace settled::store
