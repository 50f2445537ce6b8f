// What other rules would have come to, asked before they are stored.
#include "api/testing.h"

#include <gtest/gtest.h>

namespace settled::api {
namespace {

using testing::Reply;
using testing::World;

class WhatIf : public ::testing::Test {
  protected:
    WhatIf() : key(world.key_of("main")) {
        (void)call("POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})");
        (void)call("POST", "/v1/payments",
                   R"({"client_id":"order-1","amount":{"value":"12.34","currency":"GBP"},
                       "end_to_end_id":"E2E-000001","payee":{"iban":"GB57CLRB04040100057354"}})");
        world.clock.advance(std::chrono::seconds(1));
        (void)world.settle(world.tenant("main"), testing::money_in("T1", "E2E-000001"));
        world.clock.advance(std::chrono::minutes(1));
    }
    Reply call(std::string_view method, std::string_view target, std::string_view body = {}) {
        return world.call(key, method, target, body);
    }

    World world;
    std::string key;
};

TEST_F(WhatIf, shows_what_would_differ_and_stores_nothing) {
    const Reply reply =
        call("POST", "/v1/rules",
             R"({"name":"strict","ranks":{"e2e+account+amount":"off","e2e+account":"off"},
                                 "dry_run":true})");
    ASSERT_EQ(reply.status(), 200) << reply.response.body;
    EXPECT_EQ(reply.at("dry_run"), "true");
    EXPECT_EQ(reply.at("rules.name"), "strict");
    EXPECT_EQ(reply.at("matched.before"), "1");
    EXPECT_EQ(reply.at("matched.after"), "0");
    EXPECT_EQ(reply.at("differences.lost.settlements"), "1");
    EXPECT_EQ(reply.at("differences.lost.amounts.0.value"), "12.34");
    EXPECT_EQ(reply.at("changes.0.before.0.client_id"), "order-1");
    EXPECT_EQ(call("GET", "/v1/rules").count(), 0U);
    EXPECT_EQ(world.rules_changed, 0);
    EXPECT_EQ(call("GET", "/v1/payments/order-1").at("status"), "settled");
    EXPECT_EQ(call("GET", "/v1/changes").at("data.0.action").find("rules"), std::string::npos);
}

TEST_F(WhatIf, looks_back_as_many_days_as_asked) {
    world.clock.advance(std::chrono::hours(49));
    const auto settlements = [&](std::string_view days) {
        const Reply reply =
            call("POST", "/v1/rules",
                 R"({"name":"standard","dry_run":true,"days":)" + std::string(days) + "}");
        EXPECT_EQ(reply.status(), 200) << reply.response.body;
        return reply.at("settlements");
    };
    EXPECT_EQ(settlements("1"), "0");
    EXPECT_EQ(settlements("3"), "1");
    EXPECT_EQ(call("POST", "/v1/rules", R"({"name":"x","dry_run":true,"days":91})").code(),
              "value_invalid");
    EXPECT_EQ(call("POST", "/v1/rules", R"({"name":"x","days":3})").code(), "value_invalid");
}

TEST_F(WhatIf, another_tenants_facts_are_not_repeated) {
    const std::string theirs = world.key_of("rival");
    const Reply reply =
        world.call(theirs, "POST", "/v1/rules", R"({"name":"standard","dry_run":true})");
    EXPECT_EQ(reply.at("facts"), "0") << reply.response.body;
}

} // namespace
} // namespace settled::api
