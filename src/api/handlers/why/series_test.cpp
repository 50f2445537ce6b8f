#include "api/testing.h"
#include "store/queries/series.h"

#include <gtest/gtest.h>

namespace settled::api {
namespace {

using testing::Reply;
using testing::World;

store::Step<std::int64_t> tell(store::Session& s, store::FigureItem item, int times) {
    for (int i = 0; i < times; ++i)
        store::count_figure(s, item);
    co_return times;
}

TEST(Series, counts_what_happened_in_each_step) {
    World world;
    const std::string key = world.key_of("main");
    (void)world.call(key, "POST", "/v1/connectors", world.new_bank("bank"));
    (void)world.call(key, "POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})");
    (void)world.settle_at("bank", testing::money_in("T1", "E2E-000001"));
    world.clock.advance(std::chrono::hours(2));
    (void)world.settle_at("bank", testing::money_in("T2", "E2E-000002"));
    (void)world.settle_at("bank", testing::money_in("T3", "E2E-000003"));
    world.clock.advance(std::chrono::minutes(1));
    const Reply reply = world.call(key, "GET", "/v1/series?metric=webhooks&step=7200");
    ASSERT_EQ(reply.status(), 200) << reply.response.body;
    const auto values = reply.root().member("lines")->at(0).member("values");
    ASSERT_EQ(values->size(), 12U);
    EXPECT_EQ(values->at(11).integer(), 2);
    EXPECT_EQ(values->at(10).integer(), 1);
    EXPECT_EQ(values->at(9).integer(), 0);
    for (const char* const query :
         {"", "?metric=other", "?metric=webhooks&step=59", "?metric=webhooks&step=90",
          "?metric=webhooks&step=5400", "?metric=webhooks&from=x",
          "?metric=webhooks&from=2026-11-01T00:00:00Z&step=60"})
        EXPECT_EQ(world.call(key, "GET", std::string("/v1/series") + query).code(),
                  "parameter_invalid")
            << query;
    const std::string theirs = world.key_of("rival");
    EXPECT_EQ(
        world.call(theirs, "GET", "/v1/series?metric=webhooks&step=86400").at("lines.0.values.0"),
        "0");
}

TEST(Series, shows_how_long_it_took_to_notify_partners) {
    World world;
    const std::string key = world.key_of("main");
    const auto told_in = [&](std::chrono::milliseconds took, int times) {
        const store::FigureItem item{world.tenant("main"), store::Metric::told,
                                     store::told_bucket(took), world.clock.now()};
        (void)world.write<std::int64_t>([=](store::Session& s) { return tell(s, item, times); });
    };
    const auto values = [&](std::string_view metric) {
        const Reply reply =
            world.call(key, "GET", "/v1/series?step=7200&metric=" + std::string(metric));
        EXPECT_EQ(reply.status(), 200) << reply.response.body;
        const auto all = reply.root().member("lines")->at(0).member("values");
        return std::string(all->at(10).raw()) + " " + std::string(all->at(11).raw());
    };
    EXPECT_EQ(values("told_p50"), "null null");
    told_in(std::chrono::milliseconds(15), 2);
    told_in(std::chrono::seconds(3), 1);
    EXPECT_EQ(values("told_p50"), "null 20");
    EXPECT_EQ(values("told_p99"), "null 5000");
}

TEST(Series, begins_and_ends_with_whole_minutes_or_hours) {
    World world;
    const std::string key = world.key_of("main");
    const Reply minutes = world.call(key, "GET",
                                     "/v1/series?metric=webhooks&step=120&from=2026-11-22T10:00:30Z"
                                     "&to=2026-11-22T10:04:01Z");
    EXPECT_EQ(minutes.at("from"), "2026-11-22T10:00:00.000Z");
    EXPECT_EQ(minutes.at("to"), "2026-11-22T10:05:00.000Z");
    EXPECT_EQ(minutes.root().member("lines")->at(0).member("values")->size(), 3U);
    const Reply hours = world.call(key, "GET",
                                   "/v1/series?metric=deliveries&step=3600&from=2026-11-22T10:00:30"
                                   "Z&to=2026-11-22T12:00:00Z");
    EXPECT_EQ(hours.at("from"), "2026-11-22T10:00:00.000Z");
    EXPECT_EQ(hours.at("to"), "2026-11-22T12:00:00.000Z");
    EXPECT_EQ(hours.at("lines.0.name"), "delivered");
}

} // namespace
} // namespace settled::api
