#include "worker/lane.h"

#include <gtest/gtest.h>

namespace settled::worker {
namespace {

Delivery delivery(std::int64_t task) {
    return {TenantId{1}, TaskId{task}, EventId{task}, 0, nullptr};
}

TEST(Lane, attempts_no_more_at_a_time_than_the_limit) {
    Lane lane;
    for (std::int64_t task = 1; task <= 100; ++task)
        lane.offer(delivery(task));
    std::size_t started = 0;
    while (lane.next())
        ++started;
    EXPECT_EQ(started, limits::deliveries_in_flight_per_endpoint_max);
    lane.attempted();
    EXPECT_TRUE(lane.next().has_value()) << "a place is free while the result is recorded";
    EXPECT_FALSE(lane.next().has_value());
}

TEST(Lane, a_delivery_that_is_held_is_not_taken_twice) {
    Lane lane;
    lane.offer(delivery(7));
    lane.offer(delivery(7));
    EXPECT_EQ(lane.waiting(), 1U);
    (void)lane.next();
    lane.offer(delivery(7)); // in flight
    lane.attempted();
    lane.offer(delivery(7)); // being recorded
    EXPECT_EQ(lane.waiting(), 0U);
}

TEST(Lane, what_ended_while_the_store_was_read_is_not_attempted_again) {
    Lane lane;
    lane.offer(delivery(7));
    (void)lane.next();
    lane.attempted();
    lane.begin_reading(); // the snapshot shows 7 as due
    lane.finished(TaskId{7});
    lane.offer(delivery(7));
    EXPECT_EQ(lane.waiting(), 0U);
    lane.end_reading(false);
    lane.offer(delivery(7)); // due once more by its schedule
    EXPECT_EQ(lane.waiting(), 1U);
}

TEST(Lane, remembers_that_there_is_more_when_it_is_full) {
    Lane lane;
    lane.begin_reading();
    lane.end_reading(false);
    EXPECT_FALSE(lane.wants_reading({1}));
    const auto room = static_cast<std::int64_t>(limits::deliveries_queued_per_endpoint_max);
    for (std::int64_t task = 1; task <= room + 1; ++task)
        lane.offer(delivery(task));
    EXPECT_FALSE(lane.wants_reading({1})) << "there is no room yet";
    for (std::int64_t task = 1; task <= room / 2 + 1; ++task) {
        ASSERT_TRUE(lane.next().has_value());
        lane.attempted();
        lane.finished(TaskId{task});
    }
    EXPECT_TRUE(lane.wants_reading({1}));
}

TEST(Lane, reads_the_store_when_the_earliest_expected_time_has_come) {
    Lane lane;
    lane.begin_reading();
    lane.end_reading(false);
    lane.expect({500});
    lane.expect({900});
    EXPECT_FALSE(lane.wants_reading({499}));
    EXPECT_TRUE(lane.wants_reading({500}));
    lane.begin_reading();
    EXPECT_FALSE(lane.wants_reading({1000})) << "one read at a time";
}

} // namespace
} // namespace settled::worker
