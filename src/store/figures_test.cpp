// Figures over time, on a real store of either engine.
#include "store/queries/series.h"
#include "store/test_units.h"
#include "store/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::store {
namespace {

using ::testing::ElementsAre;
using testing::must;
using ::testing::Pair;
using testing::read;
using ::testing::UnorderedElementsAre;
using testing::write;

constexpr TenantId tenant{1};
constexpr std::int64_t second_us = 1'000'000;
constexpr Instant noon{1'795'694'400 * second_us};

struct Figures : ::testing::Test {
    testing::TemporaryDirectory directory;
    std::unique_ptr<Store> store = testing::open_store(directory.path());

    static Step<> count(Session& s, FigureItem item) {
        count_figure(s, item);
        co_return;
    }
    static Step<> count_and_break(Session& s, FigureItem item) {
        count_figure(s, item);
        co_await add_items(s, {7, 7});
    }
    void happens(Metric metric, std::int64_t kind, std::chrono::seconds after_noon) {
        const FigureItem item{tenant, metric, kind, noon + after_noon};
        must(write<void>(*store, [=](Session& s) { return count(s, item); }));
    }
    FigureLines lines(Metric metric, const Steps& steps) {
        return must(read<FigureLines>(
            *store, [=](Session& s) { return read_figures(s, tenant, metric, steps); }));
    }
    static Steps minutes(int count) {
        return {noon, noon + std::chrono::minutes(count), minute_row, minute_row};
    }
    static Steps hours(int count) {
        return {noon, noon + std::chrono::hours(count), hour_row, hour_row};
    }
    Bitten drop(std::chrono::seconds length, Instant until) {
        return must(write<Bitten>(
            *store, [=](Session& s) { return drop_old_figures(s, length, until, {2, 1'000}); }));
    }
};

TEST_F(Figures, are_added_up_by_kind_for_each_minute_and_hour) {
    for (const int second : {0, 59, 60, 3'600})
        happens(Metric::matches_by_rank, second == 60 ? 2 : 1, std::chrono::seconds(second));
    happens(Metric::webhooks, 0, std::chrono::seconds(1));
    EXPECT_THAT(lines(Metric::matches_by_rank, minutes(3)),
                UnorderedElementsAre(Pair(1, ElementsAre(2, 0, 0)), Pair(2, ElementsAre(0, 1, 0))));
    EXPECT_THAT(lines(Metric::matches_by_rank, hours(2)),
                UnorderedElementsAre(Pair(1, ElementsAre(2, 1)), Pair(2, ElementsAre(1, 0))));
    EXPECT_THAT(lines(Metric::webhooks, hours(2)),
                UnorderedElementsAre(Pair(0, ElementsAre(1, 0))));
    EXPECT_TRUE(lines(Metric::told, hours(2)).empty());
}

TEST_F(Figures, of_many_kinds_are_written_by_one_unit) {
    must(write<void>(*store, [](Session& s) -> Step<> {
        for (int kind = 0; kind < 13; ++kind)
            count_figure(s, {tenant, Metric::matches_by_rank, kind, noon});
        return nothing(s);
    }));
    EXPECT_EQ(lines(Metric::matches_by_rank, minutes(1)).size(), 13U);
}

TEST_F(Figures, of_a_unit_that_failed_are_not_kept) {
    const FigureItem item{tenant, Metric::webhooks, 0, noon};
    EXPECT_FALSE(
        write<void>(*store, [=](Session& s) { return count_and_break(s, item); }).has_value());
    happens(Metric::webhooks, 0, std::chrono::seconds(0));
    EXPECT_THAT(lines(Metric::webhooks, minutes(1)), ElementsAre(Pair(0, ElementsAre(1))));
}

TEST_F(Figures, are_dropped_bite_by_bite_when_they_are_old) {
    for (int minute = 0; minute < 5; ++minute)
        happens(Metric::webhooks, 0, std::chrono::minutes(minute));
    std::int64_t dropped = 0;
    Bitten bitten{0, true};
    while (bitten.more) {
        bitten = drop(minute_row, noon + std::chrono::minutes(3));
        EXPECT_LE(bitten.rows, 2);
        dropped += bitten.rows;
    }
    EXPECT_EQ(dropped, 3);
    EXPECT_THAT(lines(Metric::webhooks, minutes(5)),
                ElementsAre(Pair(0, ElementsAre(0, 0, 0, 1, 1))));
    EXPECT_THAT(lines(Metric::webhooks, hours(1)), ElementsAre(Pair(0, ElementsAre(5))))
        << "hours are kept longer";
}

TEST(Told, times_fall_into_the_first_bucket_that_holds_them) {
    EXPECT_EQ(told_bucket(std::chrono::microseconds(0)), 0);
    EXPECT_EQ(told_bucket(std::chrono::microseconds(1'000)), 0);
    EXPECT_EQ(told_bucket(std::chrono::microseconds(1'001)), 1);
    EXPECT_EQ(told_bucket(std::chrono::hours(25)),
              static_cast<std::int64_t>(told_bounds_ms.size()));
}

TEST(Told, percentiles_are_bounds_of_buckets) {
    ToldCounts counts{};
    EXPECT_EQ(percentile_of(counts, 50), std::nullopt);
    counts[4] = 2;  // within 20 ms
    counts[11] = 1; // within 5 s
    EXPECT_EQ(percentile_of(counts, 50), 20);
    EXPECT_EQ(percentile_of(counts, 99), 5'000);
}

} // namespace
} // namespace settled::store
