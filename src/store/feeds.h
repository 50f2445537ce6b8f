// Lists that can be read forward without missing anything.
//
// Ids are minted before the commit, so in the order of ids a row can appear below one that was read
// already. A feed has an order of its own: an entry gets its position after the row is committed,
// and positions become visible in their order. Whoever has read up to a position has read
// everything that will ever be below it (docs/decisions/0016-feeds.md).
//
//   a unit       makes rows, and with them, in the same transaction, rows in feed_waiting
//   some node    takes what waits and gives it the next positions: order_waiting(), time and again
//   a reader     reads by position
//
// Each row is in its feed once, by a constraint.
#pragma once

#include "store/session.h"
#include "store/step.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace settled::store {

// Puts what the unit made where it waits for its position. The store calls it as a unit ends.
Step<> hand_to_feeds(Session& s);

// A tenant for whom something waits, and the lowest id that does.
struct WaitingForFeeds {
    TenantId tenant;
    std::int64_t id = 0;
};
Step<std::vector<WaitingForFeeds>> waiting_for_feeds(Session& s);

// Gives their positions to about `limit` rows that wait, those with the lowest ids first. True:
// there may be more. Right if several nodes do it at a time; all but one have nothing to do then.
Step<bool> order_waiting(Session& s, TenantId tenant, std::size_t limit);

// A place in a feed: behind this entry. Of position 0: before the first.
struct FeedPlace {
    std::int64_t position = 0;
    std::int64_t id = 0; // of the row that stands there

    friend bool operator==(const FeedPlace&, const FeedPlace&) = default;
};
// False: no such row stands there. The place is of another feed, or of a store that went another
// way since: before it was put back to an older copy.
Step<bool> is_place(Session& s, TenantId tenant, Feed feed, FeedPlace place);
// Behind all that there is now.
Step<FeedPlace> end_of_feed(Session& s, TenantId tenant, Feed feed);

// Whether the row has its entry, or waits for it. False: no unit has made it.
Step<bool> is_in_feed(Session& s, TenantId tenant, Feed feed, std::int64_t id);

// Positions are counted over all feeds of a tenant.
Step<std::int64_t> last_position(Session& s, TenantId tenant);

template <class RowT>
struct FeedPage {
    std::vector<RowT> rows; // in the order of the feed
    FeedPlace end;          // where the next page begins
};

// The entries of a feed as a table to select from, for read_feed: $1 is the tenant, $2 the position
// to begin behind, $3 how many entries. Its columns are selected last. Rows are joined from the
// left: an entry stays when its row is gone or not wanted.
#define SETTLED_FEED_PLACE ", feed_position, feed_id"
#define SETTLED_FEED_ENTRIES(feed_number)                                                          \
    " FROM (SELECT position AS feed_position, id AS feed_id FROM feed_entry WHERE tenant_id = $1 " \
    "AND feed = " feed_number " AND position > $2 ORDER BY position LIMIT $3) AS entry "

// How many entries are looked at for one page at most, when few of them are wanted.
inline constexpr std::size_t feed_entries_max = 2'000;

// Reads forward until `limit` rows are found, `feed_entries_max` entries were looked at, or the
// feed ends. `filter`: a further parameter of the statement; nullopt: it has none.
template <class RowT, class Read>
Step<FeedPage<RowT>> read_feed(Session& s, const Statement& statement, TenantId tenant,
                               FeedPlace after, std::optional<std::string_view> filter,
                               std::size_t limit, Read read) {
    FeedPage<RowT> page{{}, after};
    for (std::size_t seen = 0; page.rows.size() < limit && seen < feed_entries_max;) {
        const std::size_t missing = limit - page.rows.size();
        const auto wanted = static_cast<std::int64_t>(missing);
        Rows rows;
        if (filter)
            rows = co_await s.run(statement, tenant, page.end.position, wanted, *filter);
        else
            rows = co_await s.run(statement, tenant, page.end.position, wanted);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const Row row = rows[i];
            page.end = {row.integer(rows.columns() - 2), row.integer(rows.columns() - 1)};
            if (!row.is_null(0))
                page.rows.push_back(read(row));
        }
        seen += rows.size();
        if (rows.size() < missing)
            break;
    }
    co_return page;
}

} // namespace settled::store
