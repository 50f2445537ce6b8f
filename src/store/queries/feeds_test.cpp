// A client that reads forward sees each row once, whatever order it was minted and committed in.
#include "store/queries/feeds.h"

#include "base/id.h"
#include "store/queries/events.h"
#include "store/queries/inbox.h"
#include "store/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

namespace settled::store {
namespace {

using testing::must;
using testing::open_store;
using testing::read;
using testing::TemporaryDirectory;
using testing::write;
using Ids = std::vector<std::int64_t>;

constexpr TenantId tenant{1};

domain::Event event(std::int64_t id, std::string_view type = domain::test_ping) {
    return {EventId{id}, type, id, 1, "{}", {id}};
}

void add(Store& store, std::int64_t id, std::string_view type = domain::test_ping) {
    must(write<void>(store, [id, type](Session& s) -> Step<> {
        co_await insert_event(s, tenant, event(id, type));
    }));
}

bool order(Store& store, std::size_t limit = 500) {
    return must(
        write<bool>(store, [limit](Session& s) { return order_waiting(s, tenant, limit); }));
}

void order_all(Store& store) {
    order(store); // the first time there is nothing to lock
    while (order(store)) {
    }
}

FeedPage<EventRow> page_after(Store& store, FeedPlace after, std::size_t limit = 100,
                              std::string_view type = "") {
    return must(testing::read<FeedPage<EventRow>>(
        store, [=](Session& s) { return events_after(s, tenant, type, after, limit); }));
}

Ids ids_of(const FeedPage<EventRow>& page) {
    Ids ids;
    for (const EventRow& row : page.rows)
        ids.push_back(row.id.value);
    return ids;
}

bool stands(Store& store, FeedPlace place, Feed feed = Feed::events) {
    return must(
        testing::read<bool>(store, [=](Session& s) { return is_place(s, tenant, feed, place); }));
}

class Feeds : public ::testing::Test {
  protected:
    TemporaryDirectory directory;
    std::unique_ptr<Store> store = open_store(directory.path());
};

TEST_F(Feeds, a_row_committed_later_has_a_later_position_though_its_id_is_lower) {
    add(*store, 20);
    add(*store, 30);
    order_all(*store);
    const auto first = page_after(*store, {});
    EXPECT_EQ(ids_of(first), (Ids{20, 30}));
    add(*store, 10);
    EXPECT_EQ(page_after(*store, first.end).rows.size(), 0U) << "it has no position yet";
    order_all(*store);
    const auto second = page_after(*store, first.end);
    EXPECT_EQ(ids_of(second), (Ids{10}));
    EXPECT_EQ(ids_of(page_after(*store, {})), (Ids{20, 30, 10}));
    EXPECT_EQ(page_after(*store, second.end).end, second.end) << "who has read all stays there";
}

TEST_F(Feeds, pages_follow_each_other_without_a_gap) {
    Ids all;
    for (std::int64_t id = 1; id <= 23; ++id) {
        add(*store, id);
        all.push_back(id);
    }
    order(*store, 5);
    while (order(*store, 5)) {
    }
    Ids seen;
    FeedPlace place;
    while (true) {
        const auto page = page_after(*store, place, 4);
        if (page.end == place)
            break;
        std::ranges::copy(ids_of(page), std::back_inserter(seen));
        place = page.end;
    }
    EXPECT_EQ(seen, all);
}

TEST_F(Feeds, a_unit_that_fails_leaves_nothing_that_waits) {
    add(*store, 1);
    const auto failed = write<void>(*store, [](Session& s) -> Step<> {
        co_await insert_event(s, tenant, event(2));
        co_await insert_event(s, tenant, event(1)); // is there
    });
    EXPECT_FALSE(failed.has_value());
    add(*store, 3);
    order_all(*store);
    EXPECT_EQ(ids_of(page_after(*store, {})), (Ids{1, 3}));
}

TEST_F(Feeds, one_unit_may_make_many_rows) {
    constexpr std::int64_t count = 50;
    must(write<void>(*store, [](Session& s) -> Step<> {
        for (std::int64_t id = 1; id <= count; ++id)
            co_await insert_event(s, tenant, event(id));
    }));
    order_all(*store);
    EXPECT_EQ(page_after(*store, {}).rows.size(), static_cast<std::size_t>(count));
}

TEST_F(Feeds, a_type_is_found_among_many_others_and_the_place_moves_on_past_them) {
    must(write<void>(*store, [](Session& s) -> Step<> {
        for (std::int64_t id = 1; id <= 2'500; ++id)
            co_await insert_event(
                s, tenant, event(id, id == 2'400 ? domain::payment_overdue : domain::test_ping));
    }));
    order_all(*store);
    const auto first = page_after(*store, {}, 500, domain::payment_overdue);
    EXPECT_TRUE(first.rows.empty()) << "no more than feed_entries_max are looked at";
    EXPECT_EQ(first.end.id, static_cast<std::int64_t>(feed_entries_max));
    EXPECT_EQ(ids_of(page_after(*store, first.end, 500, domain::payment_overdue)), (Ids{2'400}));
}

TEST_F(Feeds, a_released_row_is_passed_over) {
    for (std::int64_t id = 1; id <= 3; ++id)
        must(write<void>(*store, [id](Session& s) -> Step<> {
            co_await insert_webhook(
                s, {tenant, WebhookId{id}, ConnectorId{1}, "T", "k", "", "processed", "{}", {id}});
        }));
    order_all(*store);
    must(write<Bitten>(*store, [](Session& s) {
        return release_webhooks(s, tenant, ConnectorId{1}, {3}, {10, 1'000'000});
    }));
    const auto page = must(testing::read<FeedPage<WebhookRow>>(
        *store, [](Session& s) { return webhooks_after(s, tenant, {}, 10); }));
    ASSERT_EQ(page.rows.size(), 1U);
    EXPECT_EQ(page.rows.front().id.value, 3);
}

TEST_F(Feeds, a_place_of_another_feed_or_of_a_store_that_went_another_way_is_known_as_such) {
    add(*store, 10);
    add(*store, 20);
    order_all(*store);
    const FeedPlace place = page_after(*store, {}).end;
    EXPECT_TRUE(stands(*store, place));
    EXPECT_TRUE(stands(*store, {}));
    EXPECT_FALSE(stands(*store, place, Feed::matches));
    EXPECT_FALSE(stands(*store, {place.position, 21})) << "something else was written there";
    EXPECT_FALSE(stands(*store, {place.position + 1, 30})) << "beyond the end of an older copy";
}

TEST_F(Feeds, the_end_of_a_feed_is_after_its_last_entry) {
    const auto end = [&] {
        return must(testing::read<FeedPlace>(
            *store, [](Session& s) { return end_of_feed(s, tenant, Feed::events); }));
    };
    EXPECT_EQ(end(), FeedPlace{});
    add(*store, 10);
    order_all(*store);
    EXPECT_EQ(end().id, 10);
    add(*store, 5);
    order_all(*store);
    EXPECT_EQ(ids_of(page_after(*store, {end().position - 1, 0})), (Ids{5}));
}

TEST_F(Feeds, a_waiting_row_is_reported_with_the_lowest_id) {
    const auto waiting = [&] {
        return must(testing::read<std::vector<WaitingForFeeds>>(
            *store, [](Session& s) { return waiting_for_feeds(s); }));
    };
    EXPECT_TRUE(waiting().empty());
    add(*store, 20);
    add(*store, 10);
    ASSERT_EQ(waiting().size(), 1U);
    EXPECT_EQ(waiting().front().tenant, tenant);
    EXPECT_EQ(waiting().front().id, 10);
    order_all(*store);
    EXPECT_TRUE(waiting().empty());
}

// Another node, that has made a row and does not commit.
class PostgresFeeds : public Feeds {
  protected:
    std::unique_ptr<postgres::Connection> other = postgres::testing::connect(
        postgres::testing::Schemas::of_this_process().url_for(directory.path()));
    void by_other(const std::string& sql) { postgres::testing::run(*other, sql); }
};

TEST_F(PostgresFeeds, a_long_transaction_delays_no_other_row_and_its_rows_come_last) {
    add(*store, 20);
    by_other("BEGIN; INSERT INTO event VALUES (1, 10, 'test.ping', 10, 1, '{}', 0); "
             "INSERT INTO feed_waiting (tenant_id, id, feed) VALUES (1, 10, 1)");
    order_all(*store);
    FeedPlace place;
    for (std::int64_t id = 30; id < 40; ++id) {
        add(*store, id);
        order_all(*store);
        const auto page = page_after(*store, place);
        EXPECT_FALSE(page.rows.empty()) << "nobody waits for it";
        place = page.end;
    }
    by_other("COMMIT");
    order_all(*store);
    EXPECT_EQ(ids_of(page_after(*store, place)), (Ids{10}));
}

TEST_F(PostgresFeeds, a_node_that_finds_another_one_at_it_does_not_wait) {
    add(*store, 10);
    order_all(*store);
    by_other("BEGIN; SELECT position FROM feed_end WHERE tenant_id = 1 FOR UPDATE");
    add(*store, 20);
    EXPECT_FALSE(order(*store)) << "there is nothing to do here";
    EXPECT_EQ(ids_of(page_after(*store, {})), (Ids{10}));
    by_other("ROLLBACK");
    order(*store);
    EXPECT_EQ(ids_of(page_after(*store, {})), (Ids{10, 20}));
}

// One of several nodes: it writes events as fast as it can, and gives out positions meanwhile.
struct WritingNode {
    std::unique_ptr<Store> store;
    std::thread writing;
    std::thread ordering;
};

TEST_F(PostgresFeeds, a_poller_sees_each_event_once_while_three_nodes_write) {
    constexpr int nodes = 3;
    constexpr std::int64_t each = 400;
    order(*store);
    std::atomic<std::int64_t> minted = 0;
    std::atomic<int> left = nodes;
    std::vector<WritingNode> all(nodes);
    for (WritingNode& node : all) {
        node.store = open_store(directory.path());
        node.writing = std::thread([&, store = node.store.get()] {
            std::vector<testing::Awaited<void>> under_way;
            for (std::int64_t i = 0; i < each; ++i) {
                const std::int64_t id = ++minted; // before the commit, as ids are
                under_way.push_back(
                    testing::Awaited<void>::write(*store, [id](Session& s) -> Step<> {
                        co_await insert_event(s, tenant, event(id));
                    }));
                if (under_way.size() == 20) {
                    for (auto& unit : under_way)
                        must(unit.get());
                    under_way.clear();
                }
            }
            for (auto& unit : under_way)
                must(unit.get());
            --left;
        });
        node.ordering = std::thread([&, store = node.store.get()] {
            while (left > 0)
                order(*store, 7);
        });
    }
    std::map<std::int64_t, int> seen;
    FeedPlace place;
    for (bool was_over = false;;) {
        const auto page = page_after(*store, place, 50);
        EXPECT_GE(page.end.position, place.position);
        for (const std::int64_t id : ids_of(page))
            ++seen[id];
        const bool is_end = page.end == place;
        place = page.end;
        if (is_end && was_over)
            break;
        if (left == 0 && !was_over) {
            for (WritingNode& node : all) {
                node.writing.join();
                node.ordering.join();
            }
            order_all(*store);
            was_over = true;
        }
    }
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(nodes * each));
    for (const auto& [id, times] : seen)
        EXPECT_EQ(times, 1) << id;
}

} // namespace
} // namespace settled::store
