#include "node/node_lease.h"

#include "store/queries/endpoints.h"
#include "store/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::node {
namespace {

using namespace std::chrono_literals;
using store::testing::must;

constexpr auto lease = limits::node_lease_default;
constexpr auto over = lease + limits::node_clock_skew_max;

TEST(Roles, are_read_by_name_and_all_is_each_of_them) {
    EXPECT_EQ(Roles::parse({"all"}).value(), Roles{});
    EXPECT_EQ(Roles::parse({"api", "intake", "worker"}).value(), Roles{});
    EXPECT_EQ(Roles::parse({"worker"}).value(), (Roles{false, true, false}));
    EXPECT_FALSE(Roles::parse({}).has_value());
    EXPECT_FALSE(Roles::parse({"work"}).has_value());
    EXPECT_EQ(Roles{}.text(), "intake worker api");
    EXPECT_EQ(Roles::none().text(), "");
    EXPECT_TRUE(names_role("intake worker", "worker"));
    EXPECT_FALSE(names_role("intake workers", "worker"));
    EXPECT_FALSE(names_role("", "worker"));
}

// A process among the nodes; all of a test share one store and one clock.
struct Process {
    Process(store::Store& store, const Clock& clock, bool is_alone = false, Roles roles = {},
            RisingClock* time = nullptr)
        : ids(clock, 0), membership(clock), probe(metrics),
          node_lease({store, clock, ids, membership, probe, "test", roles, lease, is_alone, time,
                      [this](store::Session&, const store::NodeRow& node) {
                          lost.push_back(node.holder);
                          return nothing();
                      }}) {}
    static store::Step<> nothing() { co_return; }

    template <class T>
    T run(Task<T> task) {
        std::optional<T> result;
        boost::asio::co_spawn(*loop, keep(std::move(task), result), boost::asio::detached);
        loop->restart();
        loop->run();
        return std::move(*result);
    }
    template <class T>
    static Task<> keep(Task<T> task, std::optional<T>& into) {
        into.emplace(co_await std::move(task));
    }
    static Task<bool> yes(Task<> task) {
        co_await std::move(task);
        co_return true;
    }
    Result<> join() { return run(node_lease.join()); }
    Result<> renew() { return run(node_lease.renew()); }
    void look() { EXPECT_TRUE(run(node_lease.look()).has_value()); }
    void clear_up() { (void)run(yes(node_lease.clear_up())); }
    void leave() { (void)run(yes(node_lease.leave())); }
    std::int64_t number() const { return membership.standing().holder % 256; }
    bool counted(const std::string& sample) const {
        return metrics.text().find(sample) != std::string::npos;
    }

    std::vector<std::int64_t> lost; // the holders of nodes that it found lost
    store::testing::Loop loop;
    observe::Metrics metrics;
    IdMint ids;
    Membership membership;
    Probe probe;
    NodeLease node_lease;
};

class KeeperTest : public ::testing::Test {
  protected:
    std::unique_ptr<Process> process(bool is_alone = false, Roles roles = {}) {
        return std::make_unique<Process>(*store, clock, is_alone, roles);
    }
    std::unique_ptr<Process> joined(bool is_alone = false, Roles roles = {}) {
        auto made = process(is_alone, roles);
        EXPECT_TRUE(made->join().has_value());
        return made;
    }

    store::testing::TemporaryDirectory directory;
    store::testing::ManualClock clock;
    std::unique_ptr<store::Store> store = store::testing::open_store(directory.path());
};

TEST_F(KeeperTest, a_node_takes_the_lowest_number_that_is_free) {
    const auto a = joined(), b = joined(), c = joined();
    EXPECT_EQ(a->number(), 0);
    EXPECT_EQ(b->number(), 1);
    EXPECT_EQ(c->number(), 2);
    b->leave();
    EXPECT_EQ(b->membership.holder(), 0);
    const auto d = joined();
    EXPECT_EQ(d->number(), 1);
    EXPECT_NE(d->membership.holder(), 0);
    EXPECT_EQ(d->membership.holder(), 1 + 2 * 256) << "another holder than the one before";
}

TEST_F(KeeperTest, a_number_is_lent_again_only_when_its_lease_is_over_and_all_is_cleared_up) {
    const auto dead = joined();
    clock.advance(over - 1s);
    const auto early = joined();
    EXPECT_EQ(early->number(), 1);
    early->look();
    early->clear_up();
    EXPECT_EQ(joined()->number(), 2) << "the dead node might be alive";
    clock.advance(1s);
    EXPECT_EQ(joined()->number(), 3) << "nobody has cleared up after it";
    early->look();
    early->clear_up();
    EXPECT_TRUE(early->counted("settled_node_leases_total{event=\"taken_over\"} 1"));
    EXPECT_EQ(joined()->number(), 0);
}

TEST_F(KeeperTest, a_lost_node_is_reported_by_one_of_those_that_see_it) {
    const auto dead = joined(), leaving = joined();
    const std::int64_t lost_holder = dead->membership.holder();
    leaving->leave();
    clock.advance(over);
    const auto first = joined(), second = joined();
    first->look();
    second->look();
    first->clear_up();
    second->clear_up();
    EXPECT_THAT(first->lost, ::testing::ElementsAre(lost_holder)) << "who leaves is not lost";
    EXPECT_TRUE(second->lost.empty());
    first->look();
    first->clear_up();
    EXPECT_EQ(first->lost.size(), 1U);
}

TEST_F(KeeperTest, all_256_numbers_can_be_lent_and_no_more) {
    std::vector<std::unique_ptr<Process>> all;
    std::set<std::int64_t> numbers;
    for (int i = 0; i < 256; ++i) {
        all.push_back(joined());
        numbers.insert(all.back()->number());
    }
    EXPECT_EQ(numbers.size(), 256);
    EXPECT_EQ(process()->join().error().code, Code::node_unleased);
    all[77]->leave();
    EXPECT_EQ(joined()->number(), 77);
}

TEST_F(KeeperTest, ids_of_a_number_that_changed_hands_are_all_different) {
    const auto first = joined();
    std::set<std::int64_t> seen;
    for (int i = 0; i < 100; ++i)
        seen.insert(first->ids.next_value());
    first->leave();
    const auto second = joined();
    ASSERT_EQ(second->number(), first->number());
    for (int i = 0; i < 100; ++i)
        EXPECT_TRUE(seen.insert(second->ids.next_value()).second) << "in the same millisecond";
}

TEST_F(KeeperTest, ids_end_with_the_lease_and_go_on_with_its_renewal) {
    const auto node = joined();
    const Instant end = clock.now() + lease;
    clock.advance(lease + 5s);
    (void)node->ids.next_value();
    EXPECT_LE(node->ids.last(), end);
    EXPECT_TRUE(node->renew().has_value());
    const Instant before = clock.now();
    (void)node->ids.next_value();
    EXPECT_EQ(node->ids.last(), before) << "under another lease";
}

TEST_F(KeeperTest, a_lease_that_is_renewed_goes_on) {
    const auto node = joined();
    const auto holder = node->membership.holder();
    for (int i = 0; i < 20; ++i) {
        clock.advance(lease / 10);
        EXPECT_TRUE(node->renew().has_value());
    }
    EXPECT_EQ(node->membership.holder(), holder);
    EXPECT_FALSE(node->counted("event=\"lost\"} 1"));
}

TEST_F(KeeperTest, a_node_whose_lease_ran_out_has_none_before_it_asks_and_takes_another) {
    const auto node = joined();
    const auto holder = node->membership.holder();
    clock.advance(lease);
    EXPECT_EQ(node->membership.holder(), 0);
    EXPECT_EQ(node->membership.share(16, 0s), 0);
    EXPECT_TRUE(node->renew().has_value());
    EXPECT_NE(node->membership.holder(), 0);
    EXPECT_NE(node->membership.holder(), holder);
    EXPECT_EQ(node->number(), 1) << "its own number is not free yet";
    EXPECT_TRUE(node->counted("settled_node_leases_total{event=\"lost\"} 1"));
}

TEST_F(KeeperTest, a_node_whose_lease_was_ended_by_others_notices_when_it_renews) {
    const auto node = joined();
    const auto holder = node->membership.holder();
    (void)must(store::testing::write<bool>(*store, [&](store::Session& s) {
        return store::free_number(s, holder, Instant{INT64_MAX}, clock.now());
    }));
    EXPECT_TRUE(node->renew().has_value());
    EXPECT_NE(node->membership.holder(), holder);
    EXPECT_NE(node->membership.holder(), 0);
}

TEST_F(KeeperTest, a_process_that_has_the_store_alone_writes_nothing_and_has_its_right_for_good) {
    const auto before = store->stats().units;
    const auto node = joined(true);
    EXPECT_EQ(store->stats().units, before);
    EXPECT_TRUE(node->membership.does_job(store::job_timers));
    EXPECT_EQ(node->membership.share(16, 15s), 16);
    const auto holder = node->membership.holder();
    clock.advance(std::chrono::hours(1000));
    EXPECT_EQ(node->membership.share(16, 15s), 16);
    EXPECT_FALSE(node->membership.has_other_workers());
    EXPECT_NE(joined(true)->membership.holder(), holder);
}

TEST_F(KeeperTest, a_node_that_finds_no_others_works_at_once_and_one_that_does_waits) {
    const auto first = joined();
    EXPECT_EQ(first->membership.share(16, 15s), 16);
    const auto intake = joined(false, {true, false, false});
    EXPECT_EQ(intake->membership.share(16, 0s), 0) << "it calls no partners at all";
    first->look();
    EXPECT_EQ(first->membership.share(16, 15s), 16) << "and takes no share";
    const auto second = joined();
    EXPECT_EQ(second->membership.share(16, 0s), 0);
    first->look();
    EXPECT_EQ(first->membership.share(16, 15s), 8);
}

TEST_F(KeeperTest, jobs_are_done_by_one_and_pass_on_when_it_leaves) {
    const auto first = joined();
    first->look();
    const auto second = joined();
    second->look();
    for (const auto job : {store::job_timers, store::job_retention}) {
        EXPECT_TRUE(first->membership.does_job(job));
        EXPECT_FALSE(second->membership.does_job(job));
    }
    first->leave();
    EXPECT_FALSE(first->membership.does_job(store::job_timers));
    second->look();
    EXPECT_TRUE(second->membership.does_job(store::job_timers));
    EXPECT_TRUE(second->membership.does_job(store::job_retention));
}

TEST_F(KeeperTest, nodes_are_notified_of_changes_that_others_made) {
    const auto a = joined(), b = joined();
    std::vector<std::string> heard;
    b->node_lease.on_book_changed([&](std::string_view book) { heard.emplace_back(book); });
    b->look();
    heard.clear(); // the first look reports all
    b->look();
    EXPECT_THAT(heard, ::testing::IsEmpty());
    const store::EndpointRow row{TenantId{1}, EndpointId{5}, "https://a.example/",
                                 "*",         "signature",   "",
                                 {},          "active",      clock.now()};
    must(store::testing::write<void>(
        *store, [&](store::Session& s) { return store::insert_endpoint(s, row); }));
    b->look();
    EXPECT_THAT(heard, ::testing::ElementsAre(store::book_endpoints));
}

TEST_F(KeeperTest, leases_are_by_the_clock_of_the_store_and_not_by_the_machines) {
    const SystemClock true_clock; // that of the store, too
    for (const auto wrong_by : {10min, -10min}) {
        store::testing::ManualClock machine(true_clock.now() + wrong_by);
        RisingClock time(machine);
        Process node(*store, time, false, {}, &time);
        node.look(); // a server's store has asked before
        ASSERT_TRUE(node.join().has_value());
        node.look();
        ASSERT_TRUE(node.renew().has_value());
        const auto nodes =
            must(store::testing::read<std::vector<store::NodeRow>>(*store, store::list_nodes));
        const Instant until = nodes.at(static_cast<std::size_t>(node.number())).lease_until;
        EXPECT_LT(until, true_clock.now() + lease + 5min);
        EXPECT_GT(until, true_clock.now() + lease - 5min);
    }
}

} // namespace
} // namespace settled::node
