// Pages of lists that are filtered: newest first, a bounded number of rows looked at for each, so that a page may be
// shorter than its limit, or empty, before the list ends: its cursor alone says whether there is more.
#pragma once

#include "api/page.h"
#include "store/session.h"
#include "store/step.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

namespace settled::api {

// Rows that one page looks at, at most.
inline constexpr std::size_t filtered_rows_max = 1'000;

template <class Row>
struct FilteredPage {
    std::vector<Row> rows;            // newest first
    std::optional<std::int64_t> last; // what was looked at last, where there is more
};

// {"data":[…],"next":"pay_…"}.
template <class Row, class Write>
Answer filtered_answer(const FilteredPage<Row>& page, std::string_view prefix, const Write& write) {
    wire::JsonWriter w;
    w.object().key("data").array();
    for (const Row& row : page.rows)
        write(w, row);
    w.end().key("next");
    if (page.last)
        w.value(encode_id(prefix, *page.last));
    else
        w.null();
    w.end();
    return {200, std::move(w).text()};
}

// ?after_time= and ?before_time=: rows made at or after the one and before the other.
struct TimeRange {
    Instant from{std::numeric_limits<std::int64_t>::min()};
    Instant until{std::numeric_limits<std::int64_t>::max()};
    // Ids hold the time at which they were minted, a little before that of their row.
    std::int64_t first_id = 0;                                      // no row of the range is below
    std::int64_t end_id = std::numeric_limits<std::int64_t>::max(); // nor at or above

    bool has(Instant at) const { return at >= from && at < until; }
};
// Fails with parameter_invalid.
Result<TimeRange> read_time_range(const net::Request& request);

// `fetch(before, limit)` gives rows with an `id`, newest first, below `before`, by an index; `fits(row)` says which are
// wanted.
template <class Row, class Fetch, class Fits>
store::Step<FilteredPage<Row>> filter_page(Page page, TimeRange range, Fetch fetch, Fits fits) {
    constexpr std::size_t rows_at_once = 200;
    FilteredPage<Row> filtered;
    std::int64_t before = std::min(page.before, range.end_id);
    for (std::size_t looked = 0; looked < filtered_rows_max;) {
        // Where everything fits, one reading is all.
        const std::size_t wanted =
            std::min(looked == 0 ? page.wanted() : rows_at_once, filtered_rows_max - looked);
        std::vector<Row> rows = co_await fetch(before, wanted);
        for (Row& row : rows) {
            if (filtered.rows.size() == page.limit) {
                filtered.last = before;
                co_return filtered;
            }
            if (row.id.value < range.first_id)
                co_return filtered;
            before = row.id.value;
            if (fits(row))
                filtered.rows.push_back(std::move(row));
        }
        if (rows.size() < wanted)
            co_return filtered;
        looked += rows.size();
    }
    filtered.last = before;
    co_return filtered;
}

} // namespace settled::api
