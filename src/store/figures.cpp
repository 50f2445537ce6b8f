#include "store/figures.h"

#include "store/many_rows.h"
#include "store/run_with.h"
#include "store/tally.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <span>
#include <tuple>

namespace settled::store {

namespace {

constexpr std::size_t columns = 7;
constexpr std::size_t rows_max = 6; // a statement has at most 48 values

std::array<std::string, rows_max> add_texts;
// Statements are made before there are threads and connections.
const auto add = make_inserts<rows_max>(
    add_texts, "figure (tenant_id, length, start_at, metric, kind, writer_id, number)", columns,
    " ON CONFLICT (tenant_id, length, start_at, metric, kind, writer_id) DO UPDATE SET number = "
    "figure.number + excluded.number");

// Tenant, length in seconds, start, metric, kind.
using Key = std::tuple<TenantId, std::int64_t, Instant, Metric, std::int64_t>;
using Sums = std::map<Key, std::int64_t>;

Sums sums_of(std::span<const FigureItem> items) {
    Sums sums;
    for (const FigureItem& item : items)
        for (const std::chrono::seconds length : {minute_row, hour_row})
            ++sums[{item.tenant, length.count(), start_of_row(item.at, length), item.metric,
                    item.kind}];
    return sums;
}

} // namespace

void count_figure(Session& s, const FigureItem& item) {
    tally_of(s).add(item);
}

Step<> write_figures(Session& s, std::vector<FigureItem> items, std::int64_t writer) {
    const Sums sums = sums_of(items);
    auto next = sums.begin();
    for (std::size_t left = sums.size(); left > 0;) {
        const std::size_t count = std::min(rows_max, left);
        std::vector<Value> values;
        for (std::size_t i = 0; i < count; ++i, ++next) {
            const auto& [tenant, length, start, metric, kind] = next->first;
            values.insert(values.end(), {Value(tenant), Value(length), Value(start),
                                         Value(static_cast<std::int64_t>(metric)), Value(kind),
                                         Value(writer), Value(next->second)});
        }
        co_await send_with(s, *add.at(count - 1), std::move(values));
        left -= count;
    }
}

} // namespace settled::store
