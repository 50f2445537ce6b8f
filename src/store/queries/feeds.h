// Lists that can be read forward without missing anything.
//
// Ids are minted before the commit, so in the order of ids a row can appear below one that was read
// already. A feed has an order of its own: an entry gets its position after the row is committed,
// and positions become visible in their order. A client that has read up to a position has read
// everything that will ever be below it (docs/decisions/0016-feeds.md).
//
//   a unit       makes rows, and with them, in the same transaction, rows in feed_waiting
//   some node    takes what waits and gives it the next positions: order_waiting(), time and again
//   a reader     reads by position
//
// Each row is in its feed once, by a constraint.
#pragma once

#include "store/session.h"
#include "store/several.h"
#include "store/step.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::store {

// Writes the unit's new rows into feed_waiting. The store calls it as a unit ends.
Step<> hand_to_feeds(Session& s);

// A tenant with rows in feed_waiting, and the lowest id among them.
struct WaitingForFeeds {
    TenantId tenant;
    std::int64_t id = 0;
};
Step<std::vector<WaitingForFeeds>> waiting_for_feeds(Session& s);

// The lowest id of a tenant's rows that wait; nullopt: none do.
Step<std::optional<std::int64_t>> first_waiting(Session& s, TenantId tenant);

// Gives positions to about `limit` waiting rows, those with the lowest ids first. True: there may
// be more. Several nodes may call it at a time; all but one then have nothing to do.
Step<bool> order_waiting(Session& s, TenantId tenant, std::size_t limit);

// A place in a feed: after this entry. Of position 0: before the first.
struct FeedPlace {
    std::int64_t position = 0;
    std::int64_t id = 0; // of the row that stands there

    friend bool operator==(const FeedPlace&, const FeedPlace&) = default;
};
// False: the feed has no such row at that position. The place belongs to another feed, or to a
// store that was put back to an older copy since.
Step<bool> is_place(Session& s, TenantId tenant, Feed feed, FeedPlace place);
// The place of a row; nullopt: it has none, or none yet.
Step<std::optional<FeedPlace>> place_of(Session& s, TenantId tenant, Feed feed, std::int64_t id);
// The place after the last entry.
Step<FeedPlace> end_of_feed(Session& s, TenantId tenant, Feed feed);

// Whether the row has its entry, or waits for it. False: no unit has made the row.
Step<bool> is_in_feed(Session& s, TenantId tenant, Feed feed, std::int64_t id);

// Positions are counted over all feeds of a tenant.
Step<std::int64_t> last_position(Session& s, TenantId tenant);

// The entries after a position and up to another, in their order.
Step<std::vector<FeedPlace>> entries_after(Session& s, TenantId tenant, Feed feed,
                                           std::int64_t after, std::int64_t until,
                                           std::size_t limit);

// Rows by their ids, some at a time: by the key, whatever the database thinks of the tables' sizes.
// `several`: selects the id first, from ids $1 to $16 (SETTLED_ID_LIST, several.h) of the tenant
// $17; `filter` is $18, nullopt: there is none. `take` is called with each row that is there.
template <class Take>
Step<> find_those(Session& s, const Statement& several, TenantId tenant,
                  std::span<const FeedPlace> entries, std::optional<std::string_view> filter,
                  Take take) {
    for (std::size_t first = 0; first < entries.size(); first += several_max) {
        const auto some = entries.subspan(first, std::min(several_max, entries.size() - first));
        std::array<Value, several_max + 2> values; // null where there are fewer: equal to nothing
        for (std::size_t i = 0; i < some.size(); ++i)
            values[i] = some[i].id;
        values[several_max] = tenant;
        Rows rows;
        if (filter) {
            values.back() = *filter;
            rows = co_await s.run(several, values);
        } else {
            std::array<Value, several_max + 1> fewer;
            std::copy_n(values.begin(), fewer.size(), fewer.begin());
            rows = co_await s.run(several, fewer);
        }
        for (std::size_t i = 0; i < rows.size(); ++i)
            take(rows[i]);
    }
}

template <class RowT>
struct FeedPage {
    std::vector<RowT> rows; // in the order of the feed
    FeedPlace end;          // where the next page begins
};

// How many entries are read for one page at most, when few of them pass the filter.
inline constexpr std::size_t feed_entries_max = 2'000;

// Reads forward until `limit` rows are found, `feed_entries_max` entries were read, or the feed
// ends. Rows that are gone, or that the filter excludes, are passed over. The other parameters are
// those of find_those; `read` makes a RowT of a Row.
template <class RowT, class Read>
Step<FeedPage<RowT>> read_feed(Session& s, Feed feed, const Statement& several, TenantId tenant,
                               FeedPlace after, std::optional<std::string_view> filter,
                               std::size_t limit, Read read) {
    FeedPage<RowT> page{{}, after};
    for (std::size_t seen = 0; page.rows.size() < limit && seen < feed_entries_max;) {
        const std::size_t missing = limit - page.rows.size();
        const auto entries = co_await entries_after(
            s, tenant, feed, page.end.position, std::numeric_limits<std::int64_t>::max(), missing);
        std::map<std::int64_t, RowT> found;
        co_await find_those(s, several, tenant, entries, filter,
                            [&](const Row& row) { found.emplace(row.integer(0), read(row)); });
        for (const FeedPlace& entry : entries) {
            page.end = entry;
            if (const auto row = found.find(entry.id); row != found.end())
                page.rows.push_back(std::move(row->second));
        }
        seen += entries.size();
        if (entries.size() < missing)
            break;
    }
    co_return page;
}

} // namespace settled::store
