// What the engine promises when others are in the way, or the connection goes.
#include "store/postgres/cutting_proxy_test.h"
#include "store/test_units.h"
#include "store/testing.h"

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <thread>

namespace settled::store::postgres {
namespace {

using store::testing::Awaited;
using store::testing::must;
using store::testing::number_seen_by_another;
using store::testing::open_store;
using store::testing::run_by_another;
using store::testing::TemporaryDirectory;
using store::testing::write;

Unit<void> adds(std::int64_t number) {
    return [number](Session& s) { return add_item(s, number); };
}

// Ends all connections of this directory's store but the caller's.
constexpr const char* terminate_sql =
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
    "AND datname = current_database() AND application_name = 'settled'";

// The first run stops in the middle until the test releases it; later ones do not.
struct Stop {
    std::promise<void> reached;
    std::latch released{1};
    int runs = 0;

    void here() {
        if (++runs > 1)
            return;
        reached.set_value();
        released.wait();
    }
};

Step<> add_and_stop(Session& s, std::int64_t number, Stop& stop) {
    co_await add_item(s, number);
    (void)co_await count_items(s);
    stop.here();
    (void)co_await count_items(s);
}

TEST(PostgresStore, runs_a_group_again_whose_connection_was_ended) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    Stop stop;
    auto stopped =
        Awaited<void>::write(*store, [&](Session& s) { return add_and_stop(s, 2, stop); });
    stop.reached.get_future().wait();
    EXPECT_GE(number_seen_by_another(directory.path(), terminate_sql), 1);
    stop.released.count_down();
    must(stopped.get());
    EXPECT_EQ(stop.runs, 2);
    EXPECT_EQ(number_seen_by_another(directory.path(), count_items_sql), 1);
    EXPECT_TRUE(store->health().can_commit);
}

TEST(PostgresStore, reads_again_when_its_connection_was_ended) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    must(write<void>(*store, adds(2)));
    for (int i = 0; i < 4; ++i) // both readers have a connection
        must(store::testing::read<std::int64_t>(*store, count_items));
    (void)number_seen_by_another(directory.path(), terminate_sql);
    EXPECT_EQ(must(store::testing::read<std::int64_t>(*store, count_items)), 1);
}

// Every place in the life of a commit, on both sides of each message: whatever was lost, each unit
// is stored once and its submitter hears so.
class PostgresCut : public ::testing::TestWithParam<CuttingProxy::Cut> {};

std::string server_socket() {
    const std::string url = std::getenv("SETTLED_TEST_POSTGRES");
    const auto value = [&](const std::string& name) {
        const std::size_t at = url.find(name + "=") + name.size() + 1;
        return url.substr(at, url.find('&', at) - at);
    };
    return value("host") + "/.s.PGSQL." + value("port");
}

const Statement next_moment{"UPDATE tenant SET created_at = created_at + 1 WHERE id = 5"};

// Waits for nothing: its whole transaction is on its way before the first answer.
Step<> count_up(Session& s) {
    co_await s.send(next_moment);
}

TEST_P(PostgresCut, loses_nothing_and_doubles_nothing) {
    TemporaryDirectory directory;
    open_store(directory.path())->stop();
    TemporaryDirectory sockets;
    CuttingProxy proxy(sockets.path(), server_socket());
    std::string url = testing::Schemas::of_this_process().url_for(directory.path());
    const std::size_t host = url.find("host=") + 5;
    url.replace(host, url.find("&options") - host, sockets.path() + "&port=5432&user=settled");
    SystemRng rng;
    const auto store = must(open({Secret(url), Secret(), 1, 1}, rng));
    must(write<void>(*store, adds(5)));
    std::int64_t item = 10'000;
    bool was_cut = true;
    int message = 0;
    while (was_cut) {
        proxy.arm(++message, GetParam());
        must(write<void>(*store, [](Session& s) { return count_up(s); }));
        auto first = Awaited<void>::write(*store, adds(++item));
        auto second = Awaited<std::int64_t>::write(*store, count_items);
        auto third = Awaited<void>::write(*store, adds(++item));
        must(first.get());
        must(second.get());
        must(third.get());
        was_cut = proxy.disarm();
        ASSERT_EQ(number_seen_by_another(directory.path(), count_items_sql), 1 + message * 2)
            << "cut at message " << message;
        ASSERT_EQ(
            number_seen_by_another(directory.path(), "SELECT created_at FROM tenant WHERE id = 5"),
            message)
            << "cut at message " << message;
        ASSERT_LT(message, 200);
    }
    EXPECT_GT(message, 15);
    store->stop();
}

INSTANTIATE_TEST_SUITE_P(Every, PostgresCut,
                         ::testing::Values(CuttingProxy::Cut::before, CuttingProxy::Cut::after,
                                           CuttingProxy::Cut::late));

Lock named(std::int64_t key) {
    return Lock::block(TenantId{1}, key);
}

Step<> lock_one_then_other(Session& s, std::int64_t one, std::int64_t other, std::latch& both,
                           int& runs) {
    co_await s.lock({named(one)});
    (void)co_await count_items(s);
    if (++runs == 1)
        both.arrive_and_wait();
    co_await s.lock({named(other)});
    co_await add_item(s, one);
}

TEST(PostgresStore, two_nodes_that_want_each_others_locks_both_get_on) {
    TemporaryDirectory directory;
    const auto here = open_store(directory.path());
    const auto there = open_store(directory.path());
    std::latch both{2};
    int runs_here = 0;
    int runs_there = 0;
    auto first = Awaited<void>::write(
        *here, [&](Session& s) { return lock_one_then_other(s, 11, 12, both, runs_here); });
    auto second = Awaited<void>::write(
        *there, [&](Session& s) { return lock_one_then_other(s, 12, 11, both, runs_there); });
    must(first.get());
    must(second.get());
    EXPECT_GE(runs_here + runs_there, 3) << "they were in each other's way";
    EXPECT_EQ(number_seen_by_another(directory.path(), count_items_sql), 2);
}

const Statement rename{"UPDATE tenant SET created_at = created_at + 1 WHERE id = $1"};

Step<> change_one_then_other(Session& s, std::int64_t one, std::int64_t other, std::latch& both,
                             int& runs) {
    (void)co_await s.run(rename, one);
    if (++runs == 1)
        both.arrive_and_wait();
    (void)co_await s.run(rename, other);
}

TEST(PostgresStore, a_deadlock_of_rows_costs_a_rerun_and_nothing_else) {
    TemporaryDirectory directory;
    const auto here = open_store(directory.path());
    const auto there = open_store(directory.path());
    must(write<void>(*here, adds(11)));
    must(write<void>(*here, adds(12)));
    std::latch both{2};
    int runs_here = 0;
    int runs_there = 0;
    auto first = Awaited<void>::write(
        *here, [&](Session& s) { return change_one_then_other(s, 11, 12, both, runs_here); });
    auto second = Awaited<void>::write(
        *there, [&](Session& s) { return change_one_then_other(s, 12, 11, both, runs_there); });
    must(first.get());
    must(second.get());
    EXPECT_GE(runs_here + runs_there, 3);
    EXPECT_EQ(number_seen_by_another(directory.path(),
                                     "SELECT sum(created_at) FROM tenant WHERE id IN (11, 12)"),
              4);
}

Step<> lock_late(Session& s, std::int64_t one, std::int64_t other) {
    co_await s.lock({named(one)});
    (void)co_await count_items(s);
    co_await s.lock({named(other)});
    co_await add_item(s, one);
}

TEST(PostgresStore, units_of_one_group_that_wait_in_a_circle_both_get_on) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    Stop stop;
    auto gate = Awaited<void>::write(*store, [&](Session& s) { return add_and_stop(s, 2, stop); });
    stop.reached.get_future().wait();
    auto first = Awaited<void>::write(*store, [](Session& s) { return lock_late(s, 21, 22); });
    auto second = Awaited<void>::write(*store, [](Session& s) { return lock_late(s, 22, 21); });
    stop.released.count_down();
    must(gate.get());
    must(first.get());
    must(second.get());
    EXPECT_EQ(number_seen_by_another(directory.path(), count_items_sql), 3);
}

TEST(PostgresStore, two_nodes_take_turns_under_one_lock) {
    TemporaryDirectory directory;
    const auto here = open_store(directory.path());
    const auto there = open_store(directory.path());
    std::vector<Awaited<std::int64_t>> waiting;
    for (int i = 0; i < 100; ++i)
        waiting.push_back(Awaited<std::int64_t>::write(i % 2 == 0 ? *here : *there, add_next_item));
    for (auto& unit : waiting)
        must(unit.get());
    EXPECT_EQ(number_seen_by_another(directory.path(), count_items_sql), 100);
}

TEST(PostgresStore, keeps_text_that_the_database_cannot_hold_as_near_as_it_can) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    const std::string odd("item \0 and \xff", 12);
    must(write<void>(*store, [&](Session& s) { return add_filler_and_note(s, 5, odd); }));
    EXPECT_EQ(number_seen_by_another(
                  directory.path(),
                  "SELECT count(*) FROM tenant WHERE name = U&'item \\FFFD and \\FFFD'"),
              1);
}

TEST(PostgresStore, commits_with_synchronous_commit_whatever_the_default_is) {
    TemporaryDirectory directory;
    open_store(directory.path())->stop();
    run_by_another(directory.path(),
                   "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) || "
                   "' SET synchronous_commit = off'; END $$");
    EXPECT_EQ(number_seen_by_another(
                  directory.path(),
                  "SELECT count(*) FROM pg_settings WHERE name = 'synchronous_commit' AND "
                  "setting = 'on'"),
              1)
        << "the tests' connections are made like the engine's";
    run_by_another(directory.path(),
                   "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) || "
                   "' RESET synchronous_commit'; END $$");
}

TEST(PostgresStore, a_store_that_is_opened_as_it_is_keeps_its_schema) {
    TemporaryDirectory directory;
    SystemRng rng;
    const std::string url = testing::Schemas::of_this_process().url_for(directory.path());
    const auto options = [&url] {
        Options as_it_is;
        as_it_is.url = Secret(url);
        as_it_is.schema = SchemaUse::as_it_is;
        return as_it_is;
    };
    const auto opened_as_it_is = [&] { return open(options(), rng); };
    const auto newest = [&] {
        return number_seen_by_another(directory.path(),
                                      "SELECT max(version) FROM schema_migration");
    };
    open_store(directory.path())->stop();
    const std::int64_t ours = newest();
    EXPECT_EQ(schema_version(options()), ours);
    const auto store = opened_as_it_is();
    ASSERT_TRUE(store.has_value());
    (*store)->stop();
    run_by_another(directory.path(), "DELETE FROM schema_migration WHERE version = " +
                                         std::to_string(ours)); // as an older program left it
    EXPECT_EQ(opened_as_it_is().error().code, Code::store_version);
    EXPECT_EQ(schema_version(options()), ours - 1);
    EXPECT_EQ(newest(), ours - 1) << "nothing was brought up to date";
}

TEST(PostgresStore, several_nodes_may_start_on_an_empty_database_at_once) {
    TemporaryDirectory directory;
    (void)testing::Schemas::of_this_process().url_for(directory.path()); // the schema, empty
    std::vector<std::future<Result<std::unique_ptr<Store>>>> starting;
    for (int i = 0; i < 4; ++i)
        starting.push_back(std::async(
            std::launch::async, [&] { return store::testing::try_open_store(directory.path()); }));
    for (auto& one : starting)
        EXPECT_TRUE(one.get().has_value());
}

} // namespace
} // namespace settled::store::postgres
