#include "store/queries/series.h"

#include <algorithm>
#include <numeric>

namespace settled::store {

namespace {

// $5: the length of a step in microseconds.
const Statement lines{
    "SELECT kind, (start_at - $3) / $5 AS step, CAST(sum(number) AS bigint) FROM figure WHERE "
    "tenant_id = $1 AND length = $2 AND start_at >= $3 AND start_at < $4 AND metric = $6 "
    "GROUP BY kind, (start_at - $3) / $5"};
const Statement tenants_with_old{
    "SELECT t.id, (SELECT f.start_at FROM figure f WHERE f.tenant_id = t.id AND f.length = $1 "
    "ORDER BY f.start_at LIMIT 1) FROM tenant t"};
const Statement oldest{"SELECT start_at FROM figure WHERE tenant_id = $1 AND length = $2 AND "
                       "start_at < $3 ORDER BY start_at LIMIT $4"};
const Statement drop{"DELETE FROM figure WHERE tenant_id = $1 AND length = $2 AND start_at <= $3"};

} // namespace

std::int64_t told_bucket(std::chrono::microseconds took) {
    const auto* const bound = std::ranges::find_if(
        told_bounds_ms, [&](std::int64_t ms) { return took <= std::chrono::milliseconds(ms); });
    return bound - told_bounds_ms.begin();
}

Step<FigureLines> read_figures(Session& s, TenantId tenant, Metric metric, Steps steps) {
    const std::int64_t step_us = std::chrono::microseconds(steps.step).count();
    const Rows rows =
        co_await s.run(lines, tenant, static_cast<std::int64_t>(steps.row.count()), steps.from,
                       steps.to, step_us, static_cast<std::int64_t>(metric));
    FigureLines found;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto& line = found[rows[i].integer(0)];
        line.resize(steps.count());
        line.at(static_cast<std::size_t>(rows[i].integer(1))) = rows[i].integer(2);
    }
    co_return found;
}

std::optional<std::int64_t> percentile_of(const ToldCounts& counts, std::int64_t of_hundred) {
    const std::int64_t all = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
    if (all == 0)
        return std::nullopt;
    const std::int64_t wanted = (all * of_hundred + 99) / 100;
    std::int64_t seen = 0;
    for (std::size_t i = 0; i < told_bounds_ms.size(); ++i) {
        seen += counts[i];
        if (seen >= wanted)
            return told_bounds_ms[i];
    }
    return told_bounds_ms.back();
}

Step<Bitten> drop_old_figures(Session& s, std::chrono::seconds length, Instant until, Bite bite) {
    const auto row = static_cast<std::int64_t>(length.count());
    const Rows tenants = co_await s.run(tenants_with_old, row);
    for (std::size_t i = 0; i < tenants.size(); ++i) {
        if (tenants[i].is_null(1) || tenants[i].instant(1) >= until)
            continue;
        const auto tenant = tenants[i].id<TenantId>(0);
        const Rows old =
            co_await s.run(oldest, tenant, row, until, static_cast<std::int64_t>(bite.rows_max));
        const Rows dropped = co_await s.run(drop, tenant, row, old[old.size() - 1].instant(0));
        co_return Bitten{static_cast<std::int64_t>(dropped.changed()), true};
    }
    co_return Bitten{};
}

} // namespace settled::store
