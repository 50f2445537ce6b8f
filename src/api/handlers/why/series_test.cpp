#include "api/testing.h"

#include <gtest/gtest.h>

namespace settled::api {
namespace {

using testing::Reply;
using testing::World;

// Statements are made before any store is opened.
const store::Statement all_done{"UPDATE task SET status = 'done', updated_at = created_at + 15000 "
                                "WHERE kind = 'delivery'"};
const store::Statement one_slow{"UPDATE task SET updated_at = created_at + 3000000 WHERE kind = "
                                "'delivery' AND id = (SELECT max(id) FROM task WHERE kind = "
                                "'delivery')"};

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
         {"", "?metric=other", "?metric=webhooks&step=59", "?metric=webhooks&from=x",
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
    (void)world.call(key, "POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})");
    (void)world.call(key, "POST", "/v1/endpoints", R"({"url":"https://partner.example/hook"})");
    for (int i = 0; i < 3; ++i) {
        const std::string number = "00000" + std::to_string(i);
        (void)world.call(
            key, "POST", "/v1/payments",
            R"({"client_id":"order-)" + number +
                R"(","amount":{"value":"12.34","currency":"GBP"},"end_to_end_id":"E2E-)" + number +
                R"(","payee":{"iban":"GB57CLRB04040100057354"}})");
        (void)world.settle(world.tenant("main"), testing::money_in("T" + number, "E2E-" + number));
    }
    world.clock.advance(std::chrono::minutes(1));
    const auto values = [&](std::string_view metric) {
        const Reply reply =
            world.call(key, "GET", "/v1/series?step=7200&metric=" + std::string(metric));
        EXPECT_EQ(reply.status(), 200) << reply.response.body;
        const auto all = reply.root().member("lines")->at(0).member("values");
        return std::string(all->at(10).raw()) + " " + std::string(all->at(11).raw());
    };
    EXPECT_EQ(values("told_p50"), "null null") << "they are only owed";
    // Two within 15 ms, one within 3 s.
    (void)world.write<std::int64_t>([](store::Session& s) -> store::Step<std::int64_t> {
        co_await s.send(all_done);
        co_await s.send(one_slow);
        co_return 0;
    });
    EXPECT_EQ(values("told_p50"), "null 20");
    EXPECT_EQ(values("told_p99"), "null 5000");
}

} // namespace
} // namespace settled::api
