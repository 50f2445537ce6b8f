// What every unit is promised (store.h), on a real store of either engine.
#include "base/limits.h"
#include "store/test_units.h"
#include "store/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <set>
#include <thread>

namespace settled::store {
namespace {

using testing::Awaited;
using testing::must;
using testing::number_seen_by_another;
using testing::open_store;
using testing::read;
using testing::run_by_another;
using testing::TemporaryDirectory;
using testing::try_open_store;
using testing::write;

// Keeps the writer busy in a unit until it is released, so that what is submitted meanwhile makes
// one group.
class Gate {
  public:
    explicit Gate(Store& store)
        : unit_(Awaited<void>::write(store, [this](Session& s) { return hold(s, *this); })) {
        entered_.get_future().wait();
    }
    void release() {
        released_.count_down();
        EXPECT_TRUE(unit_.get().has_value());
    }

  private:
    static Step<> hold(Session&, Gate& gate) {
        gate.entered_.set_value();
        gate.released_.wait();
        co_return;
    }
    std::promise<void> entered_;
    std::latch released_{1};
    Awaited<void> unit_;
};

Unit<void> adds(std::int64_t number) {
    return [number](Session& s) { return add_item(s, number); };
}

TEST(Store, answers_after_the_commit_and_not_before) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    for (std::int64_t i = 1; i <= 20; ++i) {
        must(write<void>(*store, adds(i)));
        ASSERT_EQ(number_seen_by_another(directory.path(), count_items_sql), i);
    }
}

TEST(Store, an_uncommitted_change_is_visible_to_no_reader) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    std::promise<void> added;
    std::latch seen{1};
    auto unit = Awaited<void>::write(
        *store, [&](Session& s) { return add_item_and_hold(s, 1, added, seen); });
    added.get_future().wait();
    EXPECT_EQ(number_seen_by_another(directory.path(), count_items_sql), 0);
    seen.count_down();
    must(unit.get());
    EXPECT_EQ(number_seen_by_another(directory.path(), count_items_sql), 1);
}

TEST(Store, commits_all_that_wait_at_once) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    Gate gate(*store);
    std::vector<Awaited<void>> waiting;
    for (std::int64_t i = 1; i <= 100; ++i)
        waiting.push_back(Awaited<void>::write(*store, adds(i)));
    const std::uint64_t before = store->stats().commits;
    gate.release();
    for (auto& unit : waiting)
        must(unit.get());
    EXPECT_EQ(store->stats().commits - before, 2); // the gate's own, and one for all
    EXPECT_EQ(store->stats().units, 101);
    EXPECT_EQ(number_seen_by_another(directory.path(), count_items_sql), 100);
}

Step<> note(Session&, std::vector<int>& order, int who) {
    order.push_back(who);
    co_return;
}

// Notes when it runs.
Unit<void> noted(std::vector<int>& order, int who) {
    return [&order, who](Session& s) { return note(s, order, who); };
}

TEST(Store, lets_callers_go_before_what_is_done_in_the_background) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    std::vector<int> order;
    Gate gate(*store);
    auto purge = Awaited<void>::write(*store, noted(order, 1), Priority::background);
    auto import = Awaited<void>::write(*store, noted(order, 2), Priority::background);
    auto webhook = Awaited<void>::write(*store, noted(order, 3));
    auto another = Awaited<void>::write(*store, noted(order, 4));
    const std::uint64_t before = store->stats().commits;
    gate.release();
    for (auto* unit : {&webhook, &another, &purge, &import})
        must(unit->get());
    EXPECT_THAT(order, ::testing::ElementsAre(3, 4, 1, 2));
    EXPECT_EQ(store->stats().commits - before, 4) << "no webhook waits for a purge in its commit";
}

TEST(Store, lets_a_unit_that_breaks_a_constraint_fail_alone) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    Gate gate(*store);
    auto first = Awaited<void>::write(*store, [](Session& s) { return add_match(s, 1, 10, 100); });
    auto rival = Awaited<void>::write(*store, [](Session& s) { return add_match(s, 2, 11, 100); });
    auto twin = Awaited<void>::write(*store, [](Session& s) { return add_match(s, 3, 10, 101); });
    auto other = Awaited<void>::write(*store, [](Session& s) { return add_match(s, 4, 12, 102); });
    gate.release();
    EXPECT_TRUE(first.get().has_value());
    EXPECT_EQ(rival.get().error().code, Code::constraint_violated);
    EXPECT_EQ(twin.get().error().code, Code::constraint_violated);
    EXPECT_TRUE(other.get().has_value());
    EXPECT_TRUE(store->health().can_commit) << "a defect of a unit is none of the store";
    EXPECT_EQ(number_seen_by_another(directory.path(), "SELECT count(*) FROM settlement_match"), 2);
    EXPECT_EQ(number_seen_by_another(directory.path(), "SELECT sum(id) FROM settlement_match"),
              1 + 4);
    must(write<void>(*store, adds(1)));
}

TEST(Store, keeps_nothing_of_a_unit_that_failed_halfway) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    must(write<void>(*store, adds(7)));
    const auto failed = write<void>(*store, [](Session& s) { return add_items(s, {5, 6, 7, 8}); });
    EXPECT_EQ(failed.error().code, Code::constraint_violated);
    EXPECT_EQ(number_seen_by_another(directory.path(), count_items_sql), 1);
}

TEST(Store, runs_units_one_after_the_other) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    std::vector<std::future<std::vector<std::int64_t>>> threads;
    for (int t = 0; t < 3; ++t)
        threads.push_back(std::async(std::launch::async, [&store] {
            std::vector<Awaited<std::int64_t>> waiting;
            std::vector<std::int64_t> got;
            for (int i = 0; i < 100; ++i)
                waiting.push_back(Awaited<std::int64_t>::write(*store, add_next_item));
            for (auto& unit : waiting)
                got.push_back(must(unit.get()));
            return got;
        }));
    std::set<std::int64_t> all;
    for (auto& thread : threads)
        for (const std::int64_t number : thread.get())
            EXPECT_TRUE(all.insert(number).second) << number << " was given twice";
    EXPECT_EQ(all.size(), 300);
    EXPECT_EQ(*all.rbegin(), 300);
}

TEST(Store, unwinds_a_unit_whose_statement_failed) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    must(write<void>(*store, adds(1)));
    int alive = 0;
    bool went_on = false;
    const auto failed =
        write<void>(*store, [&](Session& s) { return outer_with_locals(s, 1, alive, went_on); });
    EXPECT_EQ(failed.error().code, Code::constraint_violated);
    EXPECT_EQ(alive, 0);
    EXPECT_FALSE(went_on);
}

TEST(Store, notes_tasks_of_committed_units_only_and_after_the_commit) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    std::mutex mutex;
    std::vector<std::int64_t> noted;
    store->set_listener([&](std::vector<TaskNote> notes) {
        const std::lock_guard lock(mutex);
        for (const TaskNote& note : notes) {
            noted.push_back(note.task.value);
            EXPECT_EQ(
                number_seen_by_another(directory.path(), "SELECT count(*) FROM tenant WHERE id = " +
                                                             std::to_string(note.task.value)),
                1);
        }
    });
    Gate gate(*store);
    const auto noting = [&](std::int64_t item) {
        return Awaited<void>::write(*store, [item](Session& s) { return add_and_note(s, item); });
    };
    auto first = noting(2);
    auto again = noting(2);
    auto last = noting(3);
    gate.release();
    EXPECT_TRUE(first.get().has_value());
    EXPECT_FALSE(again.get().has_value());
    EXPECT_TRUE(last.get().has_value());
    store->stop(); // after it, nothing more is noted
    EXPECT_THAT(noted, ::testing::ElementsAre(2, 3));
}

TEST(Store, refuses_data_of_a_newer_program) {
    TemporaryDirectory directory;
    open_store(directory.path())->stop();
    run_by_another(directory.path(), "INSERT INTO schema_migration VALUES (99, 'of_tomorrow')");
    const auto opened = try_open_store(directory.path());
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, Code::store_version);
}

TEST(Store, says_that_it_is_overloaded_and_goes_on) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    Gate gate(*store);
    const testing::Loop io;
    std::vector<Pending<void>> queued;
    queued.reserve(limits::units_queued_max);
    for (std::size_t i = 0; i < limits::units_queued_max; ++i)
        queued.push_back(store->write<void>(io->get_executor(), nothing));
    EXPECT_EQ(store->stats().queued, limits::units_queued_max);
    EXPECT_EQ(write<void>(*store, nothing).error().code, Code::store_overloaded);
    gate.release();
    std::optional<Result<void>> last;
    boost::asio::co_spawn(*io, testing::keep_result(std::move(queued.back()), &last),
                          boost::asio::detached);
    io->run();
    EXPECT_TRUE(last->has_value());
    must(write<void>(*store, adds(1)));
}

TEST(Store, commits_what_is_queued_when_stopped_then_refuses) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    {
        Gate gate(*store);
        std::vector<Awaited<void>> queued;
        for (std::int64_t i = 1; i <= 10; ++i)
            queued.push_back(Awaited<void>::write(*store, adds(i)));
        std::thread stopping([&] { store->stop(); });
        gate.release();
        stopping.join();
        for (auto& unit : queued)
            must(unit.get());
    }
    EXPECT_EQ(write<void>(*store, adds(11)).error().code, Code::shutting_down);
    EXPECT_EQ(read<std::int64_t>(*store, count_items).error().code, Code::shutting_down);
    EXPECT_EQ(number_seen_by_another(directory.path(), count_items_sql), 10);
}

TEST(Store, a_read_runs_during_a_slow_read) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    std::promise<void> entered;
    std::latch released{1};
    auto slow =
        Awaited<void>::read(*store, [&](Session& s) { return hold_until(s, entered, released); });
    auto quick = Awaited<std::int64_t>::read(*store, count_items);
    entered.get_future().wait();
    // One of the two readers is held: all of these must reach the other.
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(must(read<std::int64_t>(*store, count_items)), 0);
    must(quick.get());
    released.count_down();
    must(slow.get());
}

TEST(Store, refuses_a_read_that_writes) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    EXPECT_FALSE(read<void>(*store, adds(1)).has_value());
    EXPECT_EQ(must(read<std::int64_t>(*store, count_items)), 0);
    EXPECT_TRUE(store->health().can_commit);
}

TEST(Store, a_read_sees_one_moment) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    std::promise<void> counted;
    std::latch go_on{1};
    auto reading =
        Awaited<bool>::read(*store, [&](Session& s) { return count_twice(s, counted, go_on); });
    counted.get_future().wait();
    must(write<void>(*store, adds(1)));
    go_on.count_down();
    EXPECT_TRUE(must(reading.get())) << "the second count saw what came after the first";
}

TEST(Store, time_goes_on_from_the_latest_that_it_has_seen_whatever_the_clock_says) {
    using namespace std::chrono_literals;
    TemporaryDirectory directory;
    const SystemClock machine;
    Instant latest;
    {
        RisingClock time(machine);
        const auto store = must(try_open_store(directory.path(), &time));
        time.go_on_from(machine.now() + 24h); // as after a clock was ahead
        for (std::int64_t number = 1; number <= 3; ++number) {
            latest = time.now();
            must(write<void>(*store, adds(number)));
        }
        store->stop();
    }
    RisingClock again(machine);
    const auto store = must(try_open_store(directory.path(), &again));
    EXPECT_GT(again.now(), latest);
    EXPECT_LT(again.now(), latest + 1min) << "it goes on from there, and not from far ahead";
    EXPECT_GT(again.state().ahead, 23h);
}

} // namespace
} // namespace settled::store
