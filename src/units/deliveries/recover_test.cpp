// Redelivery in bulk.
#include "units/deliveries/recover.h"

#include "units/deliveries/endpoint_health.h"
#include "units/deliveries/endpoint_testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using namespace std::chrono_literals;
using domain::EndpointSettings;
using ::testing::ElementsAre;
using testing::World;

class Recovery : public ::testing::Test, public testing::EndpointWorld {
  protected:
    Recovery() {
        endpoint = add([](EndpointSettings&) {}, "settlement.matched");
        begin_ = world.now();
    }
    // Nothing is held by this process.
    std::vector<store::DueDelivery> claim_all(std::size_t limit = 1000) {
        world.write<std::int64_t>([](store::Session& s) {
            return store::sweep_tasks(s, testing::HoldAll::holder, 1000);
        });
        return claim(endpoint, limit);
    }
    store::RedeliveryRow recover(std::string statuses, bool dry_run = false) {
        store::RedeliveryRow row;
        row.tenant = World::tenant;
        row.id = world.new_id<RedeliveryId>();
        row.endpoint = endpoint;
        row.since = begin_;
        row.until = world.now();
        row.statuses = std::move(statuses);
        row.events = "*";
        row.dry_run = dry_run;
        row.created_at = world.now();
        world.write<void>(
            [&](store::Session& s) { return begin_recovery(s, world.context(), row); });
        (void)world.run_due();
        return look(row.id);
    }
    store::RedeliveryRow look(RedeliveryId id) {
        return world
            .read<std::optional<store::RedeliveryRow>>(
                [&](store::Session& s) { return store::find_redelivery(s, World::tenant, id); })
            .value();
    }
    void set_active(bool active) {
        world.write<void>([&](store::Session& s) { return set(s, active); });
    }
    store::Step<> set(store::Session& s, bool active) {
        if (!active) {
            co_await disable_endpoint(s, world.context(), World::tenant, endpoint,
                                      domain::disabled_by_request, world.now());
            co_return;
        }
        auto row = co_await store::find_endpoint(s, World::tenant, endpoint);
        row->status = store::endpoint_active;
        co_await store::update_endpoint(s, *row);
        co_await endpoint_enabled(s, world.context(), World::tenant, endpoint, world.now());
    }

    EndpointId endpoint;
    Instant begin_;
};

TEST_F(Recovery, makes_again_what_was_given_up_cancelled_and_missed_in_order) {
    const EventId delivered = publish(1);
    const EventId dead = publish(2);
    auto due = claim_all();
    record(endpoint, due.at(0), 200);
    give_up(endpoint, due.at(1), 500);
    const EventId cancelled = publish(3);
    world.clock().advance(1s);
    set_active(false);
    const EventId missed = publish(4);
    world.clock().advance(1s);
    set_active(true);
    EXPECT_NE(state(endpoint).missed_since.us, 0);

    const auto counted = recover("dead cancelled missed", true);
    EXPECT_EQ(counted.status, store::redelivery_done);
    EXPECT_EQ(counted.total, 3);
    EXPECT_EQ(counted.queued, 0);
    EXPECT_TRUE(claim_all().empty()) << "a dry run changes nothing";

    const auto done = recover("dead cancelled missed");
    EXPECT_EQ(done.total, 3);
    EXPECT_EQ(done.queued, 3);
    EXPECT_EQ(state(endpoint).missed_since.us, 0);
    std::vector<EventId> events;
    for (const store::DueDelivery& each : claim_all())
        events.push_back(each.event);
    EXPECT_THAT(events, ElementsAre(dead, cancelled, missed));
    EXPECT_EQ(delivery(delivered, endpoint).status, "done");
    EXPECT_EQ(recover("done", true).total, 1);
}

TEST_F(Recovery, looks_only_at_what_the_endpoint_wants) {
    publish(1, "CHAPS");
    publish(2, "FasterPayments");
    const EndpointId late = add(
        [](EndpointSettings& s) {
            const auto written =
                wire::JsonDocument::parse(R"([{"at":"/data/scheme","is":["CHAPS"]}])");
            s.filter = domain::parse_filter(written->root()).value();
        },
        "settlement.matched");
    endpoint = late;
    EXPECT_EQ(recover("missed").queued, 1);
    EXPECT_EQ(recover("missed").queued, 0) << "it is owed now";
}

TEST_F(Recovery, waits_while_enough_is_due_so_that_fresh_events_go_first) {
    for (int subject = 1; subject <= 250; ++subject)
        publish(subject);
    for (const store::DueDelivery& each : claim_all())
        give_up(endpoint, each, 500);
    const auto begun = recover("dead");
    EXPECT_EQ(begun.status, store::redelivery_running);
    EXPECT_EQ(begun.queued, 100);
    std::size_t made = 0;
    for (int round = 0; round < 100 && look(begun.id).status == store::redelivery_running;
         ++round) {
        for (const store::DueDelivery& each : claim_all()) {
            record(endpoint, each, 200);
            ++made;
        }
        pass(250ms);
    }
    made += claim_all().size();
    EXPECT_EQ(look(begun.id).queued, 250);
    EXPECT_EQ(made, 250);
}

} // namespace
} // namespace settled::units
