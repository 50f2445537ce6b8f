#include "worker/lane.h"

#include <gtest/gtest.h>

namespace settled::worker {
namespace {

constexpr std::size_t places = limits::deliveries_in_flight_per_endpoint_max;
constexpr std::size_t ahead = limits::claims_ahead_alone;

Delivery delivery(std::int64_t task) {
    return {TenantId{1}, TaskId{task}, EventId{task}, 0, nullptr, {}};
}

TEST(Lane, attempts_no_more_at_a_time_than_it_has_places) {
    Lane lane;
    for (std::int64_t task = 1; task <= 100; ++task)
        EXPECT_TRUE(lane.offer(delivery(task)));
    EXPECT_FALSE(lane.next(0).has_value());
    std::size_t started = 0;
    while (lane.next(places))
        ++started;
    EXPECT_EQ(started, places);
    lane.attempted(std::chrono::seconds(0));
    EXPECT_FALSE(lane.next(places / 2).has_value()) << "its share has become smaller";
    EXPECT_TRUE(lane.next(places).has_value()) << "a place is free while the result is recorded";
    EXPECT_FALSE(lane.next(places).has_value());
}

TEST(Lane, is_slow_until_an_attempt_was_quick) {
    Lane lane;
    EXPECT_EQ(lane.pace(), Pace::slow) << "nothing is known of it";
    for (const auto& [took, pace] :
         {std::pair{std::chrono::milliseconds(30), Pace::quick},
          std::pair{std::chrono::milliseconds(bounds::quick_attempt_max), Pace::slow},
          std::pair{std::chrono::milliseconds(30), Pace::quick}}) {
        lane.offer(delivery(1));
        (void)lane.next(1);
        lane.attempted(took);
        lane.finished();
        EXPECT_EQ(lane.pace(), pace);
    }
}

TEST(Lane, a_task_passed_over_frees_its_place) {
    Lane lane;
    lane.offer(delivery(1));
    lane.offer(delivery(2));
    EXPECT_TRUE(lane.next(1).has_value());
    lane.passed_over();
    EXPECT_EQ(lane.next(1)->task, TaskId{2});
}

TEST(Lane, is_at_rest_until_something_comes_or_is_due) {
    constexpr Instant now{1'000'000}, later{2'000'000};
    Lane lane;
    EXPECT_FALSE(lane.is_at_rest(now)) << "nobody has looked yet";
    lane.begin_reading();
    lane.end_reading(false);
    EXPECT_TRUE(lane.is_at_rest(now));
    lane.offer(delivery(1));
    EXPECT_FALSE(lane.is_at_rest(now)) << "a delivery waits";
    (void)lane.next(1);
    lane.attempted(std::chrono::milliseconds(1));
    lane.finished();
    EXPECT_TRUE(lane.is_at_rest(now));
    lane.expect(later);
    EXPECT_TRUE(lane.is_at_rest(now));
    EXPECT_FALSE(lane.is_at_rest(later)) << "a delivery is due";
    lane.expect_none();
    lane.keep_quiet_until(later);
    EXPECT_FALSE(lane.is_at_rest(now)) << "the partner asked for silence, which has to end";
    EXPECT_TRUE(lane.is_at_rest(later));
    lane.set_blocked(true);
    EXPECT_FALSE(lane.is_at_rest(later)) << "it is held back, and probed";
    lane.set_blocked(false);
    lane.set_closed(true);
    EXPECT_FALSE(lane.is_at_rest(later)) << "it has to be opened again";
}

TEST(Lane, gives_back_what_waits_and_looks_for_it_again) {
    Lane lane;
    lane.begin_reading();
    lane.end_reading(false);
    for (std::int64_t task = 1; task <= 3; ++task)
        lane.offer(delivery(task));
    (void)lane.next(1);
    EXPECT_EQ(lane.empty_out().size(), 2U);
    EXPECT_EQ(lane.waiting(), 0U);
    EXPECT_EQ(lane.in_flight(), 1U);
    EXPECT_TRUE(lane.wants_reading({1}, ahead));
}

TEST(Lane, leaves_to_others_what_stays_beyond_its_bound_and_works_a_burst_off) {
    Lane lane;
    for (std::int64_t task = 1; task <= 10; ++task)
        lane.offer(delivery(task));
    EXPECT_TRUE(lane.trim(4).empty()) << "a burst";
    const auto rest = lane.trim(4);
    ASSERT_EQ(rest.size(), 6U);
    EXPECT_EQ(rest.front().task, TaskId{5}) << "the oldest stay";
    EXPECT_EQ(lane.waiting(), 4U);
    EXPECT_TRUE(lane.trim(4).empty());
    EXPECT_TRUE(lane.trim(3).empty()) << "it was not over the last time";
}

TEST(Lane, remembers_that_there_is_more_when_it_is_full) {
    Lane lane;
    lane.begin_reading();
    lane.end_reading(false);
    EXPECT_FALSE(lane.wants_reading({1}, ahead));
    const auto room = static_cast<std::int64_t>(limits::deliveries_queued_per_endpoint_max);
    for (std::int64_t task = 1; task <= room; ++task)
        EXPECT_TRUE(lane.offer(delivery(task)));
    EXPECT_FALSE(lane.offer(delivery(room + 1)));
    EXPECT_FALSE(lane.wants_reading({1}, ahead)) << "there is no room yet";
    while (lane.waiting() >= ahead / 2) {
        ASSERT_TRUE(lane.next(places).has_value());
        lane.attempted(std::chrono::seconds(0));
        lane.finished();
    }
    EXPECT_TRUE(lane.wants_reading({1}, ahead));
}

TEST(Lane, reads_the_store_when_the_earliest_expected_time_has_come) {
    Lane lane;
    lane.begin_reading();
    lane.end_reading(false);
    lane.expect({500});
    lane.expect({900});
    EXPECT_FALSE(lane.wants_reading({499}, ahead));
    EXPECT_TRUE(lane.wants_reading({500}, ahead));
    EXPECT_TRUE(lane.wants_reading({500}, 1)) << "one place is room for one";
    lane.begin_reading();
    EXPECT_FALSE(lane.wants_reading({1000}, ahead)) << "one read at a time";
}

} // namespace
} // namespace settled::worker
