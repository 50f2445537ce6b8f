#include "store/queries/series.h"
#include "units/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::AfterAttempt;
using testing::World;

store::Step<> enable(store::Session& s, EndpointId id) {
    auto endpoint = co_await store::find_endpoint(s, World::tenant, id);
    endpoint->status = store::endpoint_active;
    co_await store::update_endpoint(s, *endpoint);
}

class RecordAttempt : public ::testing::Test {
  protected:
    RecordAttempt() {
        endpoint = world.add_endpoint("settlement.matched");
        witness = world.add_endpoint("endpoint.disabled");
    }
    // A match, and the delivery that is owed for it.
    store::TaskRow owe(std::string_view name) {
        auto payment = world.payment(name, 100);
        payment.end_to_end_id = "PAYMENT-" + std::string(name);
        world.register_payment(payment);
        auto fact = world.fact(100);
        fact.end_to_end_id = payment.end_to_end_id;
        world.settle(name, fact);
        return world.deliveries().at(0);
    }
    // By the claim that the row shows.
    Recorded record_as(const store::TaskRow& task, std::int64_t number, std::optional<int> status,
                       AfterAttempt next, std::chrono::microseconds wait = {}) {
        auto attempt = std::make_shared<Attempt>();
        attempt->tenant = World::tenant;
        attempt->task = task.id;
        attempt->endpoint = EndpointId{task.lane_id};
        attempt->claim = {task.lease_owner, task.fence};
        attempt->number = number;
        attempt->result.http_status = status;
        if (!status)
            attempt->result.error = Code::peer_timeout;
        attempt->disposition.next = next;
        attempt->disposition.wait = wait;
        attempt->notes_health = status != 200;
        attempt->started_at = world.now();
        attempt->latency = std::chrono::microseconds(1500);
        attempt->answer = "the answer";
        attempt->now = world.now();
        return world.write<Recorded>(
            [&](store::Session& s) { return record_attempt(s, world.context(), attempt); });
    }
    std::optional<Instant> record(const store::TaskRow& task, std::int64_t number,
                                  std::optional<int> status, AfterAttempt next,
                                  std::chrono::microseconds wait = {}) {
        const Recorded recorded = record_as(task, number, status, next, wait);
        EXPECT_NE(recorded.kept, store::AttemptResultStored::claim_lost);
        return recorded.due;
    }
    // What that holder gets of the endpoint's lane.
    std::vector<store::DueDelivery> claim(std::int64_t holder) {
        return world.write<std::vector<store::DueDelivery>>([&](store::Session& s) {
            return store::claim_deliveries(s, endpoint, world.now(), 100, holder);
        });
    }
    std::int64_t sweep(std::int64_t holder) {
        return world.write<std::int64_t>(
            [&](store::Session& s) { return store::sweep_tasks(s, holder, 100); });
    }
    store::TaskRow task_now(TaskId id) {
        return world
            .read<std::optional<store::TaskRow>>(
                [&](store::Session& s) { return store::find_task(s, World::tenant, id); })
            .value();
    }
    std::vector<store::AttemptRow> attempts(TaskId id) {
        return world.read<std::vector<store::AttemptRow>>(
            [&](store::Session& s) { return store::list_attempts(s, World::tenant, id); });
    }
    bool requeue(TaskId id, std::int64_t holder = testing::HoldAll::holder) {
        return world
            .write<std::optional<store::Requeued>>([&](store::Session& s) {
                return store::requeue_task(s, World::tenant, id, world.now(), holder);
            })
            .has_value();
    }

    World world;
    EndpointId endpoint, witness;
};

// A lane's reader takes what is due and sleeps until the next: what it has just taken is still
// queued, and must not hide what becomes due after it.
TEST_F(RecordAttempt, a_task_that_is_due_does_not_hide_the_one_after_it) {
    const auto first = owe("INV-1001");
    const auto second = owe("INV-1002");
    const auto soon = record(first, 1, std::nullopt, AfterAttempt::retry, std::chrono::seconds(1));
    const auto later =
        record(second, 1, std::nullopt, AfterAttempt::retry, std::chrono::seconds(2));
    const auto next_after = [&](Instant after) {
        return world.read<std::optional<Instant>>(
            [&](store::Session& s) { return store::next_due(s, endpoint.value, after); });
    };
    ASSERT_TRUE(soon && later);
    EXPECT_EQ(next_after(world.now()), soon);
    EXPECT_EQ(next_after(*soon), later);
    EXPECT_EQ(next_after(*later), std::nullopt);
}

TEST_F(RecordAttempt, moves_the_task_as_the_disposition_says) {
    struct Case {
        std::string name;
        std::optional<int> http_status;
        AfterAttempt next;
        std::string status, outcome;
        bool again;
    };
    const Case cases[] = {
        {"delivered", 200, AfterAttempt::delivered, "done", "delivered", false},
        {"retried", 500, AfterAttempt::retry, "queued", "http_500", true},
        {"unanswered", std::nullopt, AfterAttempt::retry, "queued", "peer_timeout", true},
        {"given_up", 404, AfterAttempt::give_up, "dead", "http_404", false},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.name);
        const auto task = owe(c.name);
        const auto due = record(task, 1, c.http_status, c.next, std::chrono::seconds(5));
        EXPECT_EQ(due.has_value(), c.again);
        const auto after = task_now(task.id);
        EXPECT_EQ(after.status, c.status);
        EXPECT_EQ(after.attempts, 1);
        if (c.again) {
            EXPECT_EQ(*due, world.now() + std::chrono::seconds(5));
            EXPECT_EQ(after.due_at, *due);
        }
        const auto recorded = attempts(task.id);
        ASSERT_EQ(recorded.size(), 1);
        EXPECT_EQ(recorded[0].outcome, c.outcome);
        EXPECT_EQ(recorded[0].http_status, c.http_status);
        EXPECT_EQ(recorded[0].answer, "the answer");
        EXPECT_EQ(recorded[0].latency_us, 1500);
    }
}

TEST_F(RecordAttempt, is_counted_by_what_came_of_it_and_how_long_the_partner_waited) {
    const auto task = owe("order-1");
    record(task, 1, 500, AfterAttempt::retry);
    world.clock().advance(std::chrono::seconds(3));
    ASSERT_EQ(claim(300).size(), 1);
    record(task_now(task.id), 2, 200, AfterAttempt::delivered);
    const auto counted = [&](store::Metric metric) {
        const Instant hour = store::start_of_row(world.now(), store::hour_row);
        const store::Steps steps{hour - store::hour_row, hour + store::hour_row,
                                 2 * store::hour_row, store::hour_row};
        return world.read<store::FigureLines>([&](store::Session& s) {
            return store::read_figures(s, World::tenant, metric, steps);
        });
    };
    EXPECT_EQ(counted(store::Metric::deliveries), (store::FigureLines{{0, {1}}, {1, {1}}}));
    const std::int64_t bucket = store::told_bucket(std::chrono::seconds(3));
    EXPECT_EQ(counted(store::Metric::told), (store::FigureLines{{bucket, {1}}}));
}

TEST_F(RecordAttempt, keeps_each_attempt) {
    const auto task = owe("order-1");
    record(task, 1, 500, AfterAttempt::retry);
    ASSERT_EQ(claim(300).size(), 1);
    record(task_now(task.id), 2, std::nullopt, AfterAttempt::retry);
    ASSERT_EQ(claim(301).size(), 1);
    record(task_now(task.id), 3, 200, AfterAttempt::delivered);
    std::vector<std::string> outcomes;
    std::vector<std::int64_t> fences;
    for (const auto& attempt : attempts(task.id)) {
        outcomes.push_back(attempt.outcome);
        fences.push_back(attempt.fence);
    }
    EXPECT_THAT(fences, ::testing::ElementsAre(1, 2, 3));
    EXPECT_THAT(outcomes, ::testing::ElementsAre("http_500", "peer_timeout", "delivered"));
    EXPECT_EQ(task_now(task.id).attempts, 3);
}

TEST_F(RecordAttempt,
       an_attempt_answered_410_disables_the_endpoint_ends_its_tasks_and_notifies_the_others) {
    const auto other = owe("order-1");
    const auto task = owe("order-2");
    EXPECT_EQ(record(task, 1, 410, AfterAttempt::disable_endpoint), std::nullopt);
    EXPECT_EQ(task_now(task.id).status, "cancelled");
    EXPECT_EQ(task_now(other.id).status, "cancelled");
    const auto row = world.read<std::optional<store::EndpointRow>>(
        [&](store::Session& s) { return store::find_endpoint(s, World::tenant, endpoint); });
    EXPECT_EQ(row->status, store::endpoint_disabled);
    const auto told = world.deliveries().at(0);
    EXPECT_EQ(told.lane_id, witness.value);
    EXPECT_EQ(world.events().back().type, "endpoint.disabled");
    EXPECT_EQ(world.events().back().version, 1);

    const std::size_t before = world.deliveries().size();
    owe("order-3");
    EXPECT_EQ(world.deliveries().size(), before) << "a disabled endpoint is owed nothing";
}

TEST_F(RecordAttempt, two_attempts_answered_410_notify_the_other_endpoints_once) {
    const auto first = owe("order-1");
    const auto second = owe("order-2");
    record(first, 1, 410, AfterAttempt::disable_endpoint);
    record(second, 1, 410, AfterAttempt::disable_endpoint); // it was under way already
    const auto events = world.events();
    EXPECT_EQ(std::ranges::count(events, "endpoint.disabled", &store::EventRow::type), 1);
}

TEST_F(RecordAttempt,
       a_410_after_the_endpoint_was_enabled_again_is_published_with_the_next_version) {
    for (const std::int64_t version : {1, 2}) {
        record(owe("order-" + std::to_string(version)), 1, 410, AfterAttempt::disable_endpoint);
        EXPECT_EQ(world.events().back().type, "endpoint.disabled");
        EXPECT_EQ(world.events().back().subject_id, endpoint.value);
        EXPECT_EQ(world.events().back().version, version);
        world.write<void>([&](store::Session& s) { return enable(s, endpoint); });
    }
}

TEST_F(RecordAttempt, of_a_task_that_was_ended_meanwhile_is_kept_and_counted) {
    const auto task = owe("order-1");
    const auto other = owe("order-2");
    record(other, 1, 410, AfterAttempt::disable_endpoint);
    EXPECT_EQ(record(task, 1, 500, AfterAttempt::retry), std::nullopt);
    EXPECT_EQ(task_now(task.id).status, "cancelled");
    ASSERT_EQ(attempts(task.id).size(), 1);
    // Replayed by a person: the next attempt has a number of its own.
    EXPECT_TRUE(requeue(task.id));
    EXPECT_EQ(task_now(task.id).attempts, 1);
    record(task_now(task.id), task_now(task.id).attempts + 1, 200, AfterAttempt::delivered);
    EXPECT_EQ(attempts(task.id).size(), 2);
    EXPECT_EQ(task_now(task.id).status, "done");
}

TEST_F(RecordAttempt, can_follow_a_replay_of_what_was_dead) {
    const auto task = owe("order-1");
    record(task, 1, 500, AfterAttempt::give_up);
    EXPECT_TRUE(requeue(task.id));
    EXPECT_FALSE(requeue(task.id)) << "it is queued now";
    record(task_now(task.id), 2, 200, AfterAttempt::delivered);
    EXPECT_EQ(task_now(task.id).status, "done");
    EXPECT_EQ(task_now(task.id).attempts, 2);
}

// A task is held by one node at a time, and what another does under a claim that has passed changes
// nothing: each line is something that ends a claim.
TEST_F(RecordAttempt, under_a_claim_that_has_passed_changes_nothing) {
    struct Case {
        std::string name;
        std::function<void(const store::TaskRow&)> meanwhile;
    };
    const Case cases[] = {
        {"swept", [&](const auto&) { sweep(testing::HoldAll::holder); }},
        {"taken over",
         [&](const auto&) {
             sweep(testing::HoldAll::holder);
             EXPECT_EQ(claim(300).size(), 1);
         }},
        {"taken over and recorded",
         [&](const auto& task) {
             sweep(testing::HoldAll::holder);
             EXPECT_EQ(claim(300).size(), 1);
             record(task_now(task.id), 1, 200, AfterAttempt::delivered);
         }},
        {"recorded already",
         [&](const auto& task) { record(task, 1, 200, AfterAttempt::delivered); }},
        {"queued again while it was under way",
         [&](const auto& task) {
             record(task, 1, 500, AfterAttempt::give_up);
             EXPECT_TRUE(requeue(task.id));
         }},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.name);
        const auto task = owe(c.name);
        c.meanwhile(task);
        const auto before = task_now(task.id);
        const auto attempts_before = attempts(task.id).size();
        EXPECT_EQ(record_as(task, 1, 410, AfterAttempt::disable_endpoint).kept,
                  store::AttemptResultStored::claim_lost);
        const auto after = task_now(task.id);
        EXPECT_EQ(after.status, before.status);
        EXPECT_EQ(after.attempts, before.attempts);
        EXPECT_EQ(after.fence, before.fence);
        EXPECT_EQ(after.lease_owner, before.lease_owner);
        EXPECT_EQ(attempts(task.id).size(), attempts_before);
        // The next case finds an empty lane.
        sweep(300);
        sweep(testing::HoldAll::holder);
        for (const auto& rest : claim(301))
            record(task_now(rest.task), rest.attempts + 1, 200, AfterAttempt::delivered);
    }
    EXPECT_EQ(world
                  .read<std::optional<store::EndpointRow>>([&](store::Session& s) {
                      return store::find_endpoint(s, World::tenant, endpoint);
                  })
                  ->status,
              store::endpoint_active);
}

// Ended by a 410 on the lane and queued again by a person, while an attempt was on its way.
TEST_F(RecordAttempt, a_replay_during_an_attempt_gets_a_number_of_its_own) {
    const auto task = owe("order-1");
    const auto other = owe("order-2");
    record(other, 1, 410, AfterAttempt::disable_endpoint);
    EXPECT_TRUE(requeue(task.id));
    const auto replayed = task_now(task.id);
    EXPECT_EQ(record_as(task, 1, 500, AfterAttempt::retry).kept,
              store::AttemptResultStored::claim_lost);
    record(replayed, 1, 200, AfterAttempt::delivered);
    ASSERT_EQ(attempts(task.id).size(), 1);
    EXPECT_EQ(attempts(task.id)[0].outcome, "delivered");
    EXPECT_EQ(attempts(task.id)[0].fence, 2);
}

TEST_F(RecordAttempt, a_worker_claims_no_task_that_is_held_or_not_due) {
    const auto task = owe("order-1");
    EXPECT_TRUE(claim(300).empty()) << "held by who committed it";
    record(task, 1, 500, AfterAttempt::retry, std::chrono::seconds(5));
    EXPECT_TRUE(claim(300).empty()) << "not due";
    world.clock().advance(std::chrono::seconds(5));
    const auto first = claim(300);
    ASSERT_EQ(first.size(), 1);
    EXPECT_EQ(first[0].attempts, 1);
    EXPECT_EQ(first[0].claim.holder, 300);
    EXPECT_EQ(first[0].claim.fence, 2);
    EXPECT_EQ(first[0].body, world.events().at(0).body);
    EXPECT_TRUE(claim(301).empty());
}

TEST_F(RecordAttempt,
       a_task_given_back_is_claimed_by_another_and_only_its_holder_can_give_it_back) {
    const auto task = owe("order-1");
    const auto give_back = [&](store::Claim claim) {
        world.write<void>(
            [&](store::Session& s) { return store::give_back(s, World::tenant, task.id, claim); });
    };
    give_back({task.lease_owner, task.fence + 1});
    give_back({task.lease_owner + 256, task.fence});
    EXPECT_TRUE(claim(300).empty());
    give_back({task.lease_owner, task.fence});
    const auto lanes = world.read<std::vector<EndpointId>>(
        [&](store::Session& s) { return store::lanes_with_work(s, world.now()); });
    EXPECT_THAT(lanes, ::testing::ElementsAre(endpoint));
    EXPECT_EQ(claim(300).size(), 1);
}

} // namespace
} // namespace settled::units
