// The order of a subject, filters on fields, the breaker, and dead letters.
#include "units/deliveries/endpoint_health.h"
#include "units/deliveries/endpoint_testing.h"
#include "units/deliveries/redeliver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using namespace std::chrono_literals;
using domain::EndpointSettings;
using ::testing::ElementsAre;
using testing::World;

class Ordered : public ::testing::Test, public testing::EndpointWorld {
  protected:
    Ordered() {
        endpoint = add([](EndpointSettings& s) { s.ordered = true; });
    }
    // What this process holds from the commit on goes back, so that claim() finds it.
    std::vector<store::DueDelivery> claim_all() {
        world.write<std::int64_t>([](store::Session& s) {
            return store::sweep_tasks(s, testing::HoldAll::holder, 1000);
        });
        return claim(endpoint);
    }
    EndpointId endpoint;
};

TEST_F(Ordered, later_deliveries_of_a_subject_wait_for_the_first_and_others_do_not) {
    const EventId first = publish(1);
    const EventId second = publish(1);
    const EventId third = publish(1);
    const EventId other = publish(2);
    auto due = claim_all();
    ASSERT_EQ(due.size(), 2);
    EXPECT_EQ(due[0].event, first);
    EXPECT_EQ(due[1].event, other);
    EXPECT_EQ(delivery(second, endpoint).waits, store::Waits::subject);
    record(endpoint, due[1], 200);
    record(endpoint, due[0], 500);
    EXPECT_TRUE(claim_all().empty());
    world.clock().advance(5s);
    due = claim_all();
    ASSERT_EQ(due.size(), 1);
    EXPECT_EQ(record(endpoint, due[0], 200).due, world.now()) << "the next one is due now";
    due = claim_all();
    ASSERT_EQ(due.size(), 1);
    EXPECT_EQ(due[0].event, second);
    record(endpoint, due[0], 200);
    due = claim_all();
    ASSERT_EQ(due.size(), 1);
    EXPECT_EQ(due[0].event, third);
    record(endpoint, due[0], 200);
    EXPECT_TRUE(claim_all().empty());
}

TEST_F(Ordered, when_the_first_is_dead_the_others_go_on_and_it_may_come_later) {
    const EventId first = publish(1);
    publish(1);
    auto due = claim_all();
    give_up(endpoint, due[0], 500);
    EXPECT_EQ(delivery(first, endpoint).status, "dead");
    due = claim_all();
    ASSERT_EQ(due.size(), 1);
    record(endpoint, due[0], 200);
    EXPECT_TRUE(world.write<bool>([&](store::Session& s) {
        return redeliver(s, world.context(), delivery(first, endpoint), world.now(), false);
    }));
    due = claim_all();
    ASSERT_EQ(due.size(), 1);
    EXPECT_EQ(due[0].event, first);
}

TEST_F(Ordered, one_that_is_redelivered_takes_its_place_in_the_line) {
    const EventId first = publish(1);
    auto due = claim_all();
    record(endpoint, due[0], 200);
    const EventId second = publish(1);
    const EventId third = publish(1);
    world.write<bool>([&](store::Session& s) {
        return redeliver(s, world.context(), delivery(first, endpoint), world.now(), false);
    });
    std::vector<EventId> order;
    for (due = claim_all(); !due.empty(); due = claim_all()) {
        ASSERT_EQ(due.size(), 1);
        order.push_back(due[0].event);
        record(endpoint, due[0], 200);
    }
    EXPECT_THAT(order, ElementsAre(second, first, third)) << "by version among those that wait";
}

TEST_F(Ordered, an_event_that_does_not_meet_the_filter_is_not_owed) {
    const EndpointId filtered = add([](EndpointSettings& s) {
        const auto written = wire::JsonDocument::parse(R"([{"at":"/data/scheme","is":["CHAPS"]}])");
        s.filter = domain::parse_filter(written->root()).value();
    });
    const EventId fits = publish(1, "CHAPS");
    publish(2, "FasterPayments");
    std::vector<EventId> owed;
    for (const store::TaskRow& each : world.deliveries())
        if (each.lane_id == filtered.value)
            owed.emplace_back(each.subject_id);
    EXPECT_THAT(owed, ElementsAre(fits));
}

class Health : public ::testing::Test, public testing::EndpointWorld {
  protected:
    Health() {
        endpoint = add([](EndpointSettings&) {});
        witness = add([](EndpointSettings&) {}, "*");
    }
    store::DueDelivery due() {
        const auto found = claim(endpoint, 1);
        EXPECT_EQ(found.size(), 1);
        return found.at(0);
    }
    void fail_for(std::chrono::seconds time) {
        for (int i = 0; i <= 6; ++i) {
            record(endpoint, due(), 500, 0s);
            world.clock().advance(time / 6);
        }
    }
    EndpointId endpoint, witness;
};

TEST_F(Health, publishes_a_failing_endpoint_and_its_recovery_once_each) {
    publish(1);
    world.write<std::int64_t>(
        [](store::Session& s) { return store::sweep_tasks(s, testing::HoldAll::holder, 1000); });
    fail_for(72s);
    EXPECT_TRUE(state(endpoint).health.is_held());
    record(endpoint, due(), 500, 0s);
    EXPECT_THAT(types(), ElementsAre("settlement.matched", "endpoint.failing"));
    record(endpoint, due(), 200);
    EXPECT_FALSE(state(endpoint).health.is_held());
    EXPECT_EQ(state(endpoint).health.last_success_at, world.now());
    EXPECT_THAT(types(),
                ElementsAre("settlement.matched", "endpoint.failing", "endpoint.recovered"));
}

TEST_F(Health, an_endpoint_is_never_sent_events_about_itself) {
    const EndpointId all = add([](EndpointSettings&) {}, "*");
    world.write<void>([&](store::Session& s) {
        return disable_endpoint(s, world.context(), World::tenant, endpoint,
                                domain::disabled_by_request, world.now());
    });
    world.write<void>([&](store::Session& s) {
        return disable_endpoint(s, world.context(), World::tenant, all, domain::disabled_by_request,
                                world.now());
    });
    std::size_t to_all = 0;
    std::size_t to_witness = 0;
    for (const store::TaskRow& each : world.deliveries()) {
        to_all += each.lane_id == all.value ? 1 : 0;
        to_witness += each.lane_id == witness.value ? 1 : 0;
    }
    EXPECT_EQ(to_all, 1) << "of the first, and not of itself";
    EXPECT_EQ(to_witness, 2);
    EXPECT_EQ(state(all).missed_since, world.now());
}

TEST_F(Health, one_probe_is_made_at_a_time_by_whichever_worker) {
    publish(1);
    world.write<std::int64_t>(
        [](store::Session& s) { return store::sweep_tasks(s, testing::HoldAll::holder, 1000); });
    fail_for(72s);
    const auto take = [&] {
        return world.write<bool>([&](store::Session& s) {
            return store::take_probe(s, World::tenant, endpoint, world.now(), world.now() + 30s);
        });
    };
    world.clock().advance(5s);
    EXPECT_FALSE(take()) << "it is not time";
    world.clock().advance(30s);
    EXPECT_TRUE(take());
    EXPECT_FALSE(take());
    world.clock().advance(30s);
    EXPECT_TRUE(take()) << "the worker that took it did not come back";
}

TEST_F(Health, dead_deliveries_are_published_once_a_minute_with_their_number) {
    for (int subject = 1; subject <= 4; ++subject)
        publish(subject);
    world.write<std::int64_t>(
        [](store::Session& s) { return store::sweep_tasks(s, testing::HoldAll::holder, 1000); });
    const auto all = claim(endpoint);
    ASSERT_EQ(all.size(), 4);
    for (const store::DueDelivery& each : all)
        give_up(endpoint, each, 404);
    const auto dead = [&] {
        std::vector<std::string> bodies;
        for (const store::EventRow& event : world.events())
            if (event.type == "delivery.dead")
                bodies.push_back(event.body);
        return bodies;
    };
    ASSERT_EQ(dead().size(), 1);
    EXPECT_THAT(dead()[0], ::testing::HasSubstr(R"("count":1,"cause":"http_404")"));
    pass(59s);
    EXPECT_EQ(dead().size(), 1);
    pass(1s);
    ASSERT_EQ(dead().size(), 2);
    EXPECT_THAT(dead()[1], ::testing::HasSubstr(R"("count":3,)"));
    EXPECT_THAT(dead()[1], ::testing::HasSubstr(to_string(all[3].task)));
    pass(120s);
    EXPECT_EQ(dead().size(), 2);
}

} // namespace
} // namespace settled::units
