#include "store/queries/feeds.h"

#include "store/many_rows.h"
#include "store/run_with.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

namespace settled::store {

namespace {

// A unit makes a few rows; more go in more than one statement.
constexpr std::size_t rows_max = 8;
std::array<std::string, rows_max> waiting_texts;
std::array<std::string, rows_max> entry_texts;
// Statements are made before there are threads and connections.
const auto wait =
    make_inserts<rows_max>(waiting_texts, "feed_waiting (tenant_id, id, feed)", 3, "");
// What stands in its feed already stays where it is.
const auto enter = make_inserts<rows_max>(entry_texts, "feed_entry (tenant_id, feed, position, id)",
                                          4, " ON CONFLICT (tenant_id, feed, id) DO NOTHING");

const Statement who_waits{"SELECT t.id, (SELECT w.id FROM feed_waiting w WHERE w.tenant_id = t.id "
                          "ORDER BY w.id LIMIT 1) FROM tenant t"};
// The holder of the row gives out positions until its commit. So they are committed in their order.
const Statement lock_end{
    "SELECT position FROM feed_end WHERE tenant_id = $1 /*FOR UPDATE SKIP LOCKED*/"};
const Statement make_end{"INSERT INTO feed_end (tenant_id, position) VALUES ($1, 0) "
                         "ON CONFLICT (tenant_id) DO NOTHING"};
const Statement move_end{"UPDATE feed_end SET position = $2 WHERE tenant_id = $1"};
const Statement oldest{"SELECT id FROM feed_waiting WHERE tenant_id = $1 ORDER BY id LIMIT $2"};
// Both ends are given: then no database takes it for a large part of the table.
const Statement take{"DELETE FROM feed_waiting WHERE tenant_id = $1 AND id >= $2 AND id <= $3 "
                     "RETURNING id, feed"};
const Statement find_end{"SELECT position FROM feed_end WHERE tenant_id = $1"};
const Statement find_place{"SELECT 1 FROM feed_entry WHERE tenant_id = $1 AND feed = $2 AND "
                           "position = $3 AND id = $4"};
const Statement find_position{
    "SELECT position FROM feed_entry WHERE tenant_id = $1 AND feed = $2 AND id = $3"};
const Statement find_item{"SELECT 1 FROM feed_entry WHERE tenant_id = $1 AND feed = $2 AND id = $3 "
                          "UNION ALL SELECT 1 FROM feed_waiting WHERE tenant_id = $1 AND feed = $2 "
                          "AND id = $3"};
const Statement entries{
    "SELECT position, id FROM feed_entry WHERE tenant_id = $1 AND feed = $2 AND "
    "position > $3 AND position <= $4 ORDER BY position LIMIT $5"};
const Statement last_entry{"SELECT position, id FROM feed_entry WHERE tenant_id = $1 AND feed = $2 "
                           "ORDER BY position DESC LIMIT 1"};

std::int64_t number_of(Feed feed) {
    return static_cast<std::int64_t>(feed);
}

} // namespace

Step<> hand_to_feeds(Session& s) {
    const std::vector<FeedItem> made = std::exchange(s.made(), {});
    for (std::size_t first = 0; first < made.size(); first += rows_max) {
        const std::size_t count = std::min(rows_max, made.size() - first);
        std::vector<Value> values;
        for (std::size_t i = first; i < first + count; ++i) {
            values.emplace_back(made[i].tenant);
            values.emplace_back(made[i].id);
            values.emplace_back(number_of(made[i].feed));
        }
        co_await send_with(s, *wait.at(count - 1), std::move(values));
    }
}

Step<std::vector<WaitingForFeeds>> waiting_for_feeds(Session& s) {
    const Rows rows = co_await s.run(who_waits);
    std::vector<WaitingForFeeds> all;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (!rows[i].is_null(1))
            all.push_back({rows[i].id<TenantId>(0), rows[i].integer(1)});
    co_return all;
}

Step<std::optional<std::int64_t>> first_waiting(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(oldest, tenant, std::int64_t{1});
    co_return rows.empty() ? std::nullopt : std::optional(rows.front().integer(0));
}

Step<bool> order_waiting(Session& s, TenantId tenant, std::size_t limit) {
    const Rows end = co_await s.run(lock_end, tenant);
    if (end.empty()) { // another node is at it; or it is the first time, and there is more to do
        const Rows made = co_await s.run(make_end, tenant);
        co_return made.changed() == 1;
    }
    const Rows first_ones = co_await s.run(oldest, tenant, static_cast<std::int64_t>(limit));
    if (first_ones.empty())
        co_return false;
    // What was committed between the two statements may be among them, and gets its position, too.
    const Rows taken = co_await s.run(take, tenant, first_ones.front().integer(0),
                                      first_ones[first_ones.size() - 1].integer(0));
    std::vector<std::pair<std::int64_t, std::int64_t>> items; // id, feed
    for (std::size_t i = 0; i < taken.size(); ++i)
        items.emplace_back(taken[i].integer(0), taken[i].integer(1));
    std::ranges::sort(items);
    std::int64_t position = end.front().integer(0);
    for (std::size_t first = 0; first < items.size(); first += rows_max) {
        const std::size_t count = std::min(rows_max, items.size() - first);
        std::vector<Value> values;
        for (std::size_t i = first; i < first + count; ++i) {
            values.emplace_back(tenant);
            values.emplace_back(items[i].second);
            values.emplace_back(++position);
            values.emplace_back(items[i].first);
        }
        co_await send_with(s, *enter.at(count - 1), std::move(values));
    }
    co_await s.send(move_end, tenant, position);
    co_return first_ones.size() == limit;
}

Step<bool> is_place(Session& s, TenantId tenant, Feed feed, FeedPlace place) {
    if (place.position == 0)
        co_return place.id == 0;
    const Rows rows = co_await s.run(find_place, tenant, number_of(feed), place.position, place.id);
    co_return !rows.empty();
}

Step<bool> is_in_feed(Session& s, TenantId tenant, Feed feed, std::int64_t id) {
    const Rows rows = co_await s.run(find_item, tenant, number_of(feed), id);
    co_return !rows.empty();
}

Step<std::optional<FeedPlace>> place_of(Session& s, TenantId tenant, Feed feed, std::int64_t id) {
    const Rows rows = co_await s.run(find_position, tenant, number_of(feed), id);
    if (rows.empty())
        co_return std::nullopt;
    co_return FeedPlace{rows.front().integer(0), id};
}

Step<FeedPlace> end_of_feed(Session& s, TenantId tenant, Feed feed) {
    const Rows rows = co_await s.run(last_entry, tenant, number_of(feed));
    if (rows.empty())
        co_return FeedPlace{};
    co_return FeedPlace{rows.front().integer(0), rows.front().integer(1)};
}

Step<std::vector<FeedPlace>> entries_after(Session& s, TenantId tenant, Feed feed,
                                           std::int64_t after, std::int64_t until,
                                           std::size_t limit) {
    const Rows rows = co_await s.run(entries, tenant, number_of(feed), after, until,
                                     static_cast<std::int64_t>(limit));
    std::vector<FeedPlace> places;
    for (std::size_t i = 0; i < rows.size(); ++i)
        places.push_back({rows[i].integer(0), rows[i].integer(1)});
    co_return places;
}

Step<std::int64_t> last_position(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(find_end, tenant);
    co_return rows.empty() ? 0 : rows.front().integer(0);
}

} // namespace settled::store
