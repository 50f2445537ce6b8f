// How much happened from one moment to another, by when the ids of the rows were minted: counted by
// indexes, up to a limit each. Reads only.
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <array>
#include <map>
#include <optional>

namespace settled::store {

struct Span {
    Instant from;
    Instant to; // not included
};
Step<std::int64_t> count_webhooks_in(Session& s, TenantId tenant, Span span, std::int64_t most);
// Deliveries that were owed.
Step<std::int64_t> count_deliveries_in(Session& s, TenantId tenant, Span span, std::int64_t most);
// By their rank.
Step<std::map<std::int64_t, std::int64_t>> count_matches_in(Session& s, TenantId tenant, Span span,
                                                            std::int64_t most);

// How long it took to notify partners: of deliveries that were owed in the span and are done, those that
// took at most a bound each, and more than the one before; those that took longer are the last count.
inline constexpr std::array<std::int64_t, 21> told_bounds_ms{
    1,      2,       5,         10,        20,         50,         100,
    200,    500,     1'000,     2'000,     5'000,      10'000,     30'000,
    60'000, 300'000, 1'800'000, 3'600'000, 21'600'000, 43'200'000, 86'400'000};
using ToldCounts = std::array<std::int64_t, told_bounds_ms.size() + 1>;
Step<ToldCounts> count_told_in(Session& s, TenantId tenant, Span span, std::int64_t most);
// The bound below which so many of a hundred lie, in milliseconds; of those beyond the last bound the last.
// nullopt: there are none.
std::optional<std::int64_t> percentile_of(const ToldCounts& counts, std::int64_t of_hundred);

} // namespace settled::store
