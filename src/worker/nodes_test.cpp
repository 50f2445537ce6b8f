// Several workers on one store: who delivers what, and what becomes of it when one of them is
// paused, ends or dies (docs/decisions/0012-nodes.md).
#include "worker/sequencer.h"
#include "worker/testing.h"
#include "worker/timers.h"

#include "store/queries/nodes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

namespace settled::worker {
namespace {

using namespace std::chrono_literals;
using testing::Io;
using testing::Node;
using testing::World;

constexpr auto lease = limits::node_lease_default;
constexpr auto takeover = lease + limits::node_clock_skew_max;
// What a worker waits for that finds others.
constexpr auto joining = limits::node_look_age_max + limits::delivery_wait_max;
constexpr std::size_t places = limits::deliveries_in_flight_per_endpoint_max;

class Nodes : public ::testing::Test {
  protected:
    Nodes() {
        SystemRng rng;
        const auto id = EndpointId{7'000};
        const Secret master("a master key for tests, 32 bytes");
        const store::EndpointRow row{World::tenant,
                                     id,
                                     "https://partner.example/",
                                     "*",
                                     "basic",
                                     "user",
                                     testing::sealed_password(master, id, rng),
                                     "active",
                                     world.now()};
        world.write<void>([&](store::Session& s) { return store::insert_endpoint(s, row); });
        endpoint = id;
        world.store().set_listener([this](std::vector<store::TaskNote> notes) {
            const std::lock_guard guard(mutex);
            for (store::TaskNote& note : notes)
                for (const auto& node : nodes)
                    if (node->dispatcher && note.holder % 256 == node->number())
                        node->dispatcher->offer({note});
        });
    }
    ~Nodes() override {
        io.as_time_passes = [] {};
        for (const auto& node : nodes)
            if (node->dispatcher) {
                node->carrier.answers = true;
                io.run(node->dispatcher->drain());
            }
        io.finish();
        world.store().stop();
    }

    // A node that has joined and, if it is a worker, works.
    Node& add(node::Roles roles = {}, bool works = true) {
        auto made =
            std::make_unique<Node>(world, io, "node " + std::to_string(nodes.size()), roles);
        Node& node = *made;
        {
            const std::lock_guard guard(mutex);
            nodes.push_back(std::move(made));
        }
        EXPECT_TRUE(node.join().has_value());
        node.load(world.read<std::vector<store::EndpointRow>>(store::all_active_endpoints));
        if (roles.worker && works) {
            const std::lock_guard guard(mutex);
            node.work();
        }
        return node;
    }
    // Time passes for nodes that are well; from now on these are.
    void pass(std::chrono::microseconds time, std::vector<Node*> alive) {
        io.as_time_passes = [alive] {
            for (Node* node : alive)
                node->look();
        };
        constexpr auto step = limits::node_look_interval;
        for (std::chrono::microseconds at{0}; at < time; at += step) {
            world.clock().advance(std::min<std::chrono::microseconds>(step, time - at));
            for (Node* node : alive) {
                EXPECT_TRUE(node->renew().has_value());
                node->look();
            }
        }
    }
    store::TaskRow task(TaskId id) {
        return world
            .read<std::optional<store::TaskRow>>(
                [&](store::Session& s) { return store::find_task(s, World::tenant, id); })
            .value();
    }
    std::vector<store::AttemptRow> attempts(TaskId id) {
        return world.read<std::vector<store::AttemptRow>>(
            [&](store::Session& s) { return store::list_attempts(s, World::tenant, id); });
    }
    bool delivered(TaskId id) {
        return io.run_until([&] { return task(id).status == "done"; });
    }

    World world;
    Io io{world.clock()};
    std::mutex mutex; // the store reports commits on a thread of its own
    std::vector<std::unique_ptr<Node>> nodes;
    EndpointId endpoint;
};

TEST_F(Nodes, a_worker_holds_the_deliveries_of_its_own_commit_and_sends_them_from_memory) {
    Node& node = add();
    const TaskId id = node.owe(endpoint);
    EXPECT_EQ(task(id).lease_owner, node.membership.holder()) << "in the commit itself";
    ASSERT_TRUE(delivered(id));
    EXPECT_FALSE(node.counted("settled_delivery_claims_total 1")) << "it was not read again";
    EXPECT_EQ(task(id).lease_owner, 0) << "and is held no more";
}

TEST_F(Nodes, a_delivery_of_a_node_without_the_role_is_found_by_a_worker) {
    Node& intake = add({true, false, false});
    Node& worker = add({false, true, false});
    const TaskId id = intake.owe(endpoint);
    EXPECT_EQ(task(id).lease_owner, 0);
    ASSERT_TRUE(delivered(id));
    ASSERT_EQ(worker.carrier.seen.size(), 1);
    EXPECT_EQ(worker.carrier.seen[0].claim.fence, 1);
}

TEST_F(Nodes, an_endpoints_places_are_shared_and_all_workers_together_never_use_more) {
    Node& first = add();
    for (const int i : {0, 1, 2})
        (void)i, add();
    const std::vector<Node*> all{nodes[0].get(), nodes[1].get(), nodes[2].get(), nodes[3].get()};
    for (Node* node : all)
        node->carrier.answers = false;
    pass(joining, all);
    for (int i = 0; i < 200; ++i) // at once: the first holds them all, and gives back what stays
        first.owe(endpoint);
    const auto under_way = [&] {
        std::size_t sum = 0;
        for (const auto& node : nodes)
            sum += node->carrier.under_way;
        return sum;
    };
    EXPECT_TRUE(io.run_until([&] { return under_way() == places; }));
    io.settle();
    for (const auto& node : nodes)
        EXPECT_EQ(node->carrier.under_way, places / 4);
}

TEST_F(Nodes, shares_make_the_whole_for_any_number_of_workers) {
    for (std::size_t workers = 1; workers <= 40; ++workers) {
        std::size_t sum = 0;
        for (std::size_t rank = 0; rank < workers; ++rank) {
            node::Membership membership(world.clock());
            node::Standing standing;
            standing.holder = 256;
            standing.lease_until = standing.look_until = Clock::Steady::max();
            standing.is_worker = true;
            standing.workers = workers;
            standing.rank = rank;
            membership.set(standing);
            sum += membership.share(places, limits::delivery_wait_max);
        }
        EXPECT_EQ(sum, places) << workers;
    }
}

TEST_F(Nodes, a_new_worker_waits_until_the_others_have_made_place_and_leaves_its_tasks_to_them) {
    Node& first = add();
    Node& second = add();
    pass(1s, {&first, &second});
    EXPECT_EQ(second.membership.share(places, 0s), 0);
    const TaskId id = second.owe(endpoint);
    ASSERT_TRUE(delivered(id));
    EXPECT_EQ(first.carrier.seen.size(), 1);
    EXPECT_EQ(first.membership.share(places, 0s), places / 2);
    pass(joining, {&first, &second});
    EXPECT_EQ(second.membership.share(places, 0s), places / 2);
}

TEST_F(Nodes, a_worker_that_was_paused_acts_no_more_and_its_attempt_changes_nothing) {
    Node& first = add();
    Node& second = add();
    pass(joining, {&first, &second});
    first.carrier.answers = false;
    const TaskId under_way = first.owe(endpoint);
    ASSERT_TRUE(io.run_until([&] { return first.carrier.under_way == 1; }));
    pass(takeover, {&second}); // the first is paused
    EXPECT_EQ(first.membership.holder(), 0);
    second.look();
    second.clear_up();
    ASSERT_TRUE(delivered(under_way));
    ASSERT_EQ(second.carrier.seen.size(), 1);
    EXPECT_EQ(second.carrier.seen[0].claim.fence, 2);

    // It wakes up: its attempt ends with an error that would have been recorded as a failure.
    first.carrier.status = 500;
    first.carrier.answers = true;
    ASSERT_TRUE(
        io.run_until([&] { return first.counted("settled_delivery_leases_lost_total 1"); }));
    EXPECT_EQ(task(under_way).status, "done");
    ASSERT_EQ(attempts(under_way).size(), 1);
    EXPECT_EQ(attempts(under_way)[0].fence, 2);

    const TaskId later = first.owe(endpoint);
    EXPECT_EQ(task(later).lease_owner, 0) << "it holds nothing before it has a lease";
    EXPECT_TRUE(first.renew().has_value());
    EXPECT_NE(first.membership.holder(), 0);
    EXPECT_TRUE(first.counted("settled_node_leases_total{event=\"lost\"} 1"));
    EXPECT_EQ(first.number(), 0) << "which had been freed";
    ASSERT_TRUE(delivered(later));
}

TEST_F(Nodes, a_task_in_the_memory_of_a_paused_worker_is_not_attempted_by_it_later) {
    Node& first = add();
    first.carrier.answers = false;
    std::vector<TaskId> owed;
    for (std::size_t i = 0; i < places + 5; ++i)
        owed.push_back(first.owe(endpoint));
    ASSERT_TRUE(io.run_until([&] { return first.carrier.under_way == places; }));
    Node& second = add();
    pass(takeover + joining, {&second});
    second.clear_up();
    for (const TaskId id : owed)
        ASSERT_TRUE(delivered(id));
    EXPECT_TRUE(first.renew().has_value());
    pass(joining, {&first, &second});
    first.carrier.answers = true;
    io.settle();
    EXPECT_EQ(first.carrier.seen.size(), places) << "the five were passed over";
    for (const TaskId id : owed)
        EXPECT_EQ(attempts(id).size(), 1);
}

TEST_F(Nodes, no_attempt_begins_that_the_lease_may_not_outlast) {
    Node& node = add();
    const auto enough = lease - limits::delivery_wait_max;
    world.clock().advance(enough - 500ms);
    node.look();
    EXPECT_EQ(node.membership.share(places, limits::delivery_wait_max), places);
    world.clock().advance(500ms);
    node.look();
    EXPECT_EQ(node.membership.share(places, limits::delivery_wait_max), 0);
    const TaskId id = node.owe(endpoint);
    io.settle();
    EXPECT_TRUE(node.carrier.seen.empty());
    EXPECT_TRUE(node.renew().has_value());
    ASSERT_TRUE(delivered(id));
}

TEST_F(Nodes, a_worker_that_has_not_seen_the_others_for_a_while_calls_no_partner) {
    Node& node = add();
    node.look();
    world.clock().advance(limits::node_look_age_max);
    EXPECT_EQ(node.membership.share(places, limits::delivery_wait_max), 0);
    EXPECT_NE(node.membership.holder(), 0);
    node.look();
    EXPECT_EQ(node.membership.share(places, limits::delivery_wait_max), places);
}

TEST_F(Nodes, a_worker_that_ends_hands_over_at_once) {
    Node& first = add();
    Node& second = add();
    pass(joining, {&first, &second});
    first.carrier.answers = false;
    std::vector<TaskId> owed;
    for (std::size_t i = 0; i < 40; ++i)
        owed.push_back(first.owe(endpoint));
    ASSERT_TRUE(io.run_until([&] { return first.carrier.under_way == places / 2; }));
    first.claims.close_all();
    first.dispatcher->hand_over();
    const TaskId late = first.owe(endpoint); // a request that it finishes meanwhile
    ASSERT_TRUE(delivered(late)) << "by the other, while the first's attempts are under way";
    ASSERT_TRUE(io.run_until([&] { return second.carrier.seen.size() == 41 - places / 2; }));
    first.carrier.answers = true;
    io.run(first.dispatcher->drain());
    io.run(first.node_lease.leave());
    for (const TaskId id : owed) {
        ASSERT_TRUE(delivered(id));
        EXPECT_EQ(attempts(id).size(), 1) << "nothing twice";
    }
    second.look();
    EXPECT_EQ(second.membership.share(places, 0s), places);
    const auto rows = world.read<std::vector<store::NodeRow>>(store::list_nodes);
    EXPECT_TRUE(rows.at(0).is_free());
}

TEST_F(Nodes, a_task_of_a_dead_worker_is_taken_over_when_its_lease_and_the_clocks_margin_are_over) {
    Node& first = add({}, false); // what it has in its memory it does not come to
    Node& second = add();
    pass(joining, {&first, &second});
    const TaskId id = first.owe(endpoint);
    ASSERT_NE(task(id).lease_owner, 0);
    EXPECT_TRUE(first.renew().has_value());
    pass(takeover - 500ms, {&second});
    second.clear_up();
    io.settle();
    EXPECT_EQ(task(id).status, "queued") << "it might still be alive";
    pass(500ms, {&second});
    second.clear_up();
    ASSERT_TRUE(delivered(id));
    EXPECT_TRUE(second.counted("settled_node_leases_total{event=\"taken_over\"} 1"));
    EXPECT_TRUE(second.counted("settled_node_tasks_taken_over_total 1"));
}

// A process was paused in the middle of a commit for so long that its number was freed.
TEST_F(Nodes, a_task_committed_under_a_lease_that_no_node_has_any_more_is_found) {
    Node& first = add({}, false);
    Node& second = add();
    pass(joining, {&first, &second});
    const TaskId id = first.owe(endpoint);
    (void)world.write<bool>([&](store::Session& s) {
        return store::free_number(s, first.membership.holder(), Instant{INT64_MAX}, world.now());
    });
    EXPECT_EQ(io.run(second.node_lease.free_orphans()).value(), 1);
    EXPECT_EQ(io.run(second.node_lease.free_orphans()).value(), 0);
    ASSERT_TRUE(delivered(id));
}

TEST_F(Nodes, a_retry_is_anybodys) {
    Node& first = add();
    Node& second = add();
    pass(joining, {&first, &second});
    first.carrier.status = 500;
    const TaskId id = first.owe(endpoint);
    ASSERT_TRUE(io.run_until([&] { return task(id).attempts == 1; }));
    EXPECT_EQ(task(id).lease_owner, 0);
    first.carrier.status = 200;
    pass(10s, {&first, &second});
    ASSERT_TRUE(delivered(id));
    const auto made = attempts(id);
    ASSERT_EQ(made.size(), 2);
    EXPECT_LT(made[0].fence, made[1].fence);
}

TEST_F(Nodes, timers_are_carried_out_by_one_and_taken_over_by_another) {
    Node& first = add();
    first.look();
    Node& second = add();
    second.look();
    Probe probe(second.metrics);
    Timers timers(io.context(), world.store(), second.context, world.clock(), probe,
                  second.membership);
    EXPECT_TRUE(first.membership.does_job(store::job_timers));
    EXPECT_FALSE(second.membership.does_job(store::job_timers));
    world.settle("t1", world.fact(100));
    world.clock().advance(10s);
    (void)io.run(timers.run_due());
    EXPECT_EQ(world.settlement("t1").version, 0) << "it is the other's job";
    pass(takeover, {&second});
    EXPECT_FALSE(first.membership.does_job(store::job_timers)) << "it was paused";
    second.clear_up();
    second.look();
    EXPECT_TRUE(second.membership.does_job(store::job_timers));
    (void)io.run(timers.run_due()); // it is decided,
    (void)io.run(timers.run_due()); // and published as unmatched
    EXPECT_EQ(world.settlement("t1").version, 1);
}

TEST_F(Nodes, matches_are_sealed_by_the_one_that_has_the_timers) {
    auto payment = world.payment("order-1", 100);
    payment.reference = "INVOICE-1041";
    world.register_payment(payment);
    auto fact = world.fact(100);
    fact.reference = "INVOICE-1041";
    world.settle("t1", fact);
    world.pass_watermark();
    ASSERT_TRUE(world.match_of("t1").has_value());
    world.order_feeds(); // seals go by the positions of the feeds
    world.clock().advance(2min);
    Node& first = add();
    first.look();
    Node& second = add();
    second.look();
    Probe probe(first.metrics);
    Timers its(io.context(), world.store(), first.context, world.clock(), probe, first.membership);
    Timers not_its(io.context(), world.store(), second.context, world.clock(), probe,
                   second.membership);
    const auto seals = [&](Timers& timers) {
        io.run(timers.sweep());
        return store::testing::number_seen_by_another(world.directory(),
                                                      "SELECT count(*) FROM evidence_seal");
    };
    EXPECT_EQ(seals(not_its), 0);
    EXPECT_EQ(seals(its), 1);
    EXPECT_EQ(seals(its), 1) << "there is nothing more";
}

TEST_F(Nodes, an_orderly_end_gives_positions_to_what_waits_on_whichever_node) {
    Node& first = add();
    first.look();
    Node& second = add();
    second.look();
    world.register_payment(world.payment("order-1", 100));
    const auto waiting = [&] {
        return store::testing::number_seen_by_another(world.directory(),
                                                      "SELECT count(*) FROM feed_waiting");
    };
    Sequencer sequencer(io.context(), world.store(), world.clock(), second.membership);
    ASSERT_TRUE(io.run(sequencer.run_once()));
    EXPECT_EQ(waiting(), 1) << "the first node does it, as a rule";
    sequencer.stop();
    io.run(sequencer.finish());
    EXPECT_EQ(waiting(), 0);
}

} // namespace
} // namespace settled::worker
