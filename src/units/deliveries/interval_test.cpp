// What gathers for an interval, and how it is sent.
#include "units/deliveries/interval.h"

#include "units/deliveries/endpoint_testing.h"
#include "units/deliveries/redeliver.h"
#include "wire/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using namespace std::chrono_literals;
using domain::EndpointSettings;
using testing::World;

class Intervals : public ::testing::Test, public testing::EndpointWorld {
  protected:
    static void hourly(EndpointSettings& s) { s.interval = 3600s; }
    static void hourly_batch(EndpointSettings& s) {
        s.interval = 3600s;
        s.batch = true;
    }
    static std::string body_of(const store::EventRow& event) { return event.body; }
    std::vector<std::string> bodies() {
        std::vector<std::string> all;
        for (const store::EventRow& event : world.events())
            all.push_back(event.body);
        return all;
    }
};

TEST_F(Intervals, send_what_gathers_one_by_one_in_order_when_they_are_over) {
    const EndpointId endpoint = add(hourly);
    for (int subject = 1; subject <= 3; ++subject)
        publish(subject);
    pass(3599s);
    EXPECT_TRUE(claim(endpoint).empty());
    pass(1s);
    EXPECT_EQ(deliver_all(endpoint), bodies());
    pass(3600s);
    EXPECT_TRUE(claim(endpoint).empty()) << "an interval with nothing to say says nothing";
}

TEST_F(Intervals, more_than_one_unit_releases_keeps_its_order) {
    const EndpointId endpoint = add(hourly);
    for (int subject = 1; subject <= 450; ++subject)
        publish(subject);
    pass(3600s);
    EXPECT_EQ(deliver_all(endpoint), bodies());
}

TEST_F(Intervals, the_grid_is_kept_when_no_node_ran_at_its_point) {
    const EndpointId endpoint = add(hourly);
    publish(1);
    world.clock().advance(2 * 3600s + 600s); // no node looked
    (void)world.run_due();
    EXPECT_EQ(deliver_all(endpoint).size(), 1);
    publish(2);
    pass(2999s);
    EXPECT_TRUE(claim(endpoint).empty());
    pass(1s); // three hours after it was set
    EXPECT_EQ(deliver_all(endpoint).size(), 1);
}

TEST_F(Intervals, the_next_waits_until_all_of_the_last_was_accepted_or_died) {
    const EndpointId endpoint = add(hourly);
    publish(1);
    pass(3600s);
    const auto due = claim(endpoint);
    ASSERT_EQ(due.size(), 1);
    record(endpoint, due[0], 500, 2h);
    publish(2);
    pass(3600s);
    publish(3);
    EXPECT_TRUE(claim(endpoint).empty()) << "the first interval is not done";
    pass(3600s);
    const auto again = claim(endpoint);
    ASSERT_EQ(again.size(), 1);
    EXPECT_EQ(again[0].task, due[0].task);
    give_up(endpoint, again[0], 500);
    EXPECT_TRUE(claim(endpoint).empty());
    pass(3600s);
    EXPECT_EQ(deliver_all(endpoint).size(), 2) << "what gathered meanwhile is one later interval";
}

TEST_F(Intervals, a_batch_is_one_body_of_the_events_as_they_stand) {
    const EndpointId endpoint = add(hourly_batch);
    const EventId first = publish(1);
    publish(2);
    const auto expected = bodies();
    pass(3600s);
    const auto due = claim(endpoint);
    ASSERT_EQ(due.size(), 1);
    EXPECT_EQ(due[0].head, "application/json");
    const auto document = wire::JsonDocument::parse(due[0].body);
    ASSERT_TRUE(document.has_value());
    const std::string id = to_string(BatchId{due[0].task.value});
    EXPECT_EQ(document->root().member("id")->string(), id);
    EXPECT_EQ(document->root().member("type")->string(), "events.batch");
    EXPECT_EQ(document->root().member("data")->member("events")->raw(),
              "[" + expected[0] + "," + expected[1] + "]");
    EXPECT_EQ(delivery(first, endpoint).status, "queued");
    EXPECT_EQ(to_string(delivery(first, endpoint).batch), id);
    record(endpoint, due[0], 500);
    EXPECT_EQ(delivery(first, endpoint).outcome, "http_500");
    pass(5s);
    const auto again = claim(endpoint);
    ASSERT_EQ(again.size(), 1);
    EXPECT_EQ(again[0].body, due[0].body);
    record(endpoint, again[0], 200);
    for (const store::TaskRow& each : world.deliveries()) {
        EXPECT_EQ(each.status, "done");
        EXPECT_EQ(each.attempts, 2);
        EXPECT_EQ(to_string(each.batch), id);
    }
    EXPECT_EQ(world.deliveries().size(), 2) << "the batch itself is no delivery";
}

TEST_F(Intervals, send_several_batches_one_after_the_other_where_one_is_too_large) {
    const EndpointId endpoint = add(hourly_batch);
    for (int subject = 1; subject <= 510; ++subject)
        publish(subject);
    pass(3600s);
    const auto first = claim(endpoint);
    ASSERT_EQ(first.size(), 1) << "the second waits for the first";
    record(endpoint, first[0], 500);
    EXPECT_TRUE(claim(endpoint).empty());
    pass(5s);
    const auto again = claim(endpoint);
    ASSERT_EQ(again.size(), 1);
    EXPECT_EQ(again[0].task, first[0].task);
    record(endpoint, again[0], 200);
    const auto second = claim(endpoint);
    ASSERT_EQ(second.size(), 1);
    EXPECT_NE(second[0].task, first[0].task);
    const auto document = wire::JsonDocument::parse(second[0].body);
    EXPECT_EQ(document->root().member("data")->member("events")->size(), 10);
    record(endpoint, second[0], 200);
    EXPECT_TRUE(std::ranges::all_of(world.deliveries(),
                                    [](const auto& each) { return each.status == "done"; }));
}

TEST_F(Intervals, a_delivery_of_a_batch_is_redelivered_with_its_batch) {
    const EndpointId endpoint = add(hourly_batch);
    const EventId event = publish(1);
    publish(2);
    pass(3600s);
    const auto due = claim(endpoint);
    give_up(endpoint, due[0], 500);
    EXPECT_EQ(delivery(event, endpoint).status, "dead");
    world.clock().advance(90 * 24h);
    EXPECT_TRUE(world.write<bool>([&](store::Session& s) {
        return redeliver(s, world.context(), delivery(event, endpoint), world.now(), false);
    }));
    EXPECT_EQ(delivery(event, endpoint).status, "queued");
    const auto again = claim(endpoint);
    ASSERT_EQ(again.size(), 1);
    EXPECT_EQ(again[0].task, due[0].task);
    EXPECT_EQ(again[0].body, due[0].body);
    EXPECT_EQ(again[0].attempts, 1);
    EXPECT_EQ(again[0].attempts_before, 1) << "the schedule begins again";
}

TEST_F(Intervals, a_shorter_one_sends_what_has_gathered_sooner_and_a_longer_one_not_later) {
    const EndpointId endpoint = add(hourly);
    publish(1);
    const auto set_to = [&](std::chrono::seconds interval) {
        EndpointSettings now;
        change(endpoint, [&](EndpointSettings& s) {
            s.interval = interval;
            now = s;
        });
        world.write<void>([&](store::Session& s) {
            return change_interval(s, World::tenant, endpoint, now, world.now());
        });
    };
    pass(600s);
    set_to(7200s);
    pass(3000s);
    EXPECT_EQ(deliver_all(endpoint).size(), 1) << "an hour after the first was set";
    publish(2);
    pass(4199s);
    EXPECT_TRUE(claim(endpoint).empty());
    set_to(60s);
    publish(3);
    pass(1s);
    EXPECT_EQ(deliver_all(endpoint).size(), 2) << "by the grid that was";
    publish(4);
    set_to(0s);
    pass(0s);
    EXPECT_EQ(deliver_all(endpoint).size(), 1) << "without a schedule it goes at once";
}

TEST_F(Intervals, keep_the_order_of_a_subject_where_that_is_asked_for) {
    const EndpointId endpoint = add([](EndpointSettings& s) {
        s.interval = 3600s;
        s.ordered = true;
    });
    const EventId first = publish(1);
    const EventId second = publish(1);
    const EventId other = publish(2);
    pass(3600s);
    auto due = claim(endpoint);
    ASSERT_EQ(due.size(), 2);
    EXPECT_EQ(due[0].event, first);
    EXPECT_EQ(due[1].event, other);
    record(endpoint, due[0], 500);
    record(endpoint, due[1], 200);
    EXPECT_TRUE(claim(endpoint).empty()) << "the first holds up its own subject";
    pass(5s);
    due = claim(endpoint);
    ASSERT_EQ(due.size(), 1);
    record(endpoint, due[0], 200);
    due = claim(endpoint);
    ASSERT_EQ(due.size(), 1);
    EXPECT_EQ(due[0].event, second);
}

} // namespace
} // namespace settled::units
