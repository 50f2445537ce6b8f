// Which deliveries and events go, and what is left of them.
#include "units/deliveries/recover.h"
#include "units/purge/purge_testing.h"

#include <fmt/format.h>

namespace settled::units {
namespace {

using domain::TaskStatus;
using store::Session;
using testing::Days;
using testing::every_kind;
using testing::PurgeCounts;
using testing::PurgeWorld;
using testing::World;

TEST(Purge, removes_deliveries_that_are_done_or_cancelled_and_keeps_their_events) {
    PurgeWorld world;
    world.pay("order-1", 1'000);
    world.end_deliveries(TaskStatus::done);
    world.pay("order-2", 2'000);
    world.end_deliveries(TaskStatus::cancelled);
    world.pay("order-3", 3'000);
    world.end_deliveries(TaskStatus::dead);
    world.pay("order-4", 4'000);
    world.seal();
    world.pass(Days(401));
    EXPECT_EQ(world.purge("deliveries").deliveries, 2);
    EXPECT_EQ(world.rows("task", "lane_id <> 0"), 2);
    EXPECT_EQ(world.rows("event"), 4);
}

store::RedeliveryRow recover(PurgeWorld& world, std::string statuses) {
    store::RedeliveryRow row;
    row.tenant = World::tenant;
    row.id = world.new_id<RedeliveryId>();
    row.endpoint = world.endpoint;
    row.until = world.now();
    row.statuses = std::move(statuses);
    row.events = "*";
    row.created_at = world.now();
    world.write<void>([&](Session& s) { return begin_recovery(s, world.context(), row); });
    world.run_due();
    return world
        .read<std::optional<store::RedeliveryRow>>(
            [&](Session& s) { return store::find_redelivery(s, World::tenant, row.id); })
        .value();
}

TEST(Purge, sends_the_event_of_a_purged_delivery_again_only_where_that_is_asked_for) {
    PurgeWorld world;
    world.pay("order-1", 1'000);
    const auto event = world.events().front().id;
    world.grow_old();
    ASSERT_EQ(world.purge("deliveries").deliveries, 1);
    EXPECT_EQ(recover(world, "dead cancelled missed").total, 0) << "it was delivered";
    EXPECT_EQ(recover(world, "done").queued, 1);
    ASSERT_EQ(world.deliveries().size(), 1U);
    EXPECT_EQ(world.deliveries().front().subject_id, event.value);
}

// Carries every delivery that there is.
TaskId add_batch(PurgeWorld& world, TaskStatus status) {
    const store::NewDelivery batch{.id = world.new_id<TaskId>(),
                                   .kind = store::task_batch,
                                   .endpoint = world.endpoint,
                                   .now = world.now()};
    world.write<void>([&](Session& s) { return store::insert_delivery(s, World::tenant, batch); });
    world.write<bool>([&](Session& s) {
        return store::update_task(s, World::tenant, batch.id, status, 1, world.now(), world.now());
    });
    world.change(
        fmt::format("UPDATE task SET batch_id = {} WHERE kind = 'delivery'", batch.id.value));
    world.change(fmt::format("INSERT INTO delivery_body (tenant_id, id, head, body) VALUES (1, {}, "
                             "'', 'all of them')",
                             batch.id.value));
    return batch.id;
}

TEST(Purge, removes_a_batch_with_its_bytes_after_its_last_member) {
    PurgeWorld world;
    world.pay("order-1", 1'000);
    world.pay("order-2", 2'000);
    world.end_deliveries();
    add_batch(world, TaskStatus::done);
    world.pass(Days(401));
    world.change(fmt::format("UPDATE task SET updated_at = {} WHERE kind = 'delivery' AND id = "
                             "(SELECT max(id) FROM task WHERE kind = 'delivery')",
                             world.now().us));
    EXPECT_EQ(world.purge("deliveries").deliveries, 1) << "the other member is young";
    EXPECT_EQ(world.rows("delivery_body"), 1);
    world.pass(Days(401));
    EXPECT_EQ(world.purge("deliveries").deliveries, 1);
    EXPECT_EQ(world.rows("delivery_body"), 0);
    EXPECT_EQ(world.rows("task", "lane_id <> 0"), 0);
}

TEST(Purge, keeps_a_batch_that_is_dead) {
    PurgeWorld world;
    world.pay("order-1", 1'000);
    world.end_deliveries(TaskStatus::dead);
    add_batch(world, TaskStatus::dead);
    world.pass(Days(401));
    EXPECT_EQ(world.purge("deliveries").deliveries, 0);
    EXPECT_EQ(world.rows("task", "lane_id <> 0"), 2);
    EXPECT_EQ(world.rows("delivery_body"), 1);
}

TEST(Purge, removes_events_with_their_deliveries_and_keeps_their_digests) {
    PurgeWorld world;
    world.pay("order-1", 1'000);
    world.pay("order-2", 2'000);
    world.grow_old();
    world.pay("order-3", 3'000);
    const PurgeCounts counts = world.purge("events");
    EXPECT_EQ(counts.events, 2);
    EXPECT_EQ(counts.deliveries, 2);
    EXPECT_EQ(world.rows("event"), 1);
    const auto last = world.read<std::int64_t>(
        [](Session& s) { return store::last_purged_event(s, World::tenant); });
    EXPECT_EQ(last, world.number("SELECT max(position) FROM feed_entry WHERE feed = 1"));
    EXPECT_EQ(world.audit(), 2U);
}

TEST(Purge, keeps_events_that_are_owed_dead_or_not_sealed_or_about_what_is_open) {
    PurgeWorld world;
    world.pay("order-1", 1'000);
    world.end_deliveries(TaskStatus::dead);
    world.settle("t-open", 9'000, "NOBODY");
    world.pass(std::chrono::duration_cast<Days>(std::chrono::hours(24)));
    world.end_deliveries(TaskStatus::done);
    world.seal();
    world.pay("order-2", 2'000);
    world.end_deliveries(TaskStatus::done);
    world.pass(Days(401));
    const auto before = world.rows("event");
    EXPECT_EQ(world.purge("events").events, 0);
    EXPECT_EQ(world.rows("event"), before);
    EXPECT_GE(before, 3) << "matched twice, unmatched once";
}

TEST(Purge, finds_an_altered_record_next_to_purged_ones) {
    PurgeWorld world;
    world.pay("order-1", 1'000);
    world.grow_old();
    ASSERT_EQ(world.purge(every_kind).payments, 1);
    world.change("UPDATE purged_evidence SET id = id + 1 WHERE kind = 4");
    const auto page = world.read<AuditPage>([&](Session& s) {
        return audit(s, world.context().keys, World::tenant, {AuditPhase::chain, 0}, 100);
    });
    EXPECT_FALSE(page.findings.empty());
}

} // namespace
} // namespace settled::units
