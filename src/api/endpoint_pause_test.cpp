// A person pauses an endpoint and lets it go on.
#include "api/testing.h"

#include <gtest/gtest.h>

namespace settled::api {
namespace {

using testing::Reply;
using testing::World;

class EndpointPause : public ::testing::Test {
  protected:
    EndpointPause() : key(world.key_of("main")) {
        const Reply made =
            call("POST", "/v1/endpoints", R"({"url":"https://partner.example/hook"})");
        id = made.at("id");
        path = "/v1/endpoints/" + id;
    }
    Reply call(std::string_view method, std::string_view target, std::string_view body = {}) {
        return world.call(key, method, target, body);
    }
    Reply pause() {
        return call("PATCH", path, R"({"status":"paused","reason":"their database moves"})");
    }

    World world;
    std::string key, id, path;
};

TEST_F(EndpointPause, keeps_what_is_owed_and_owes_more) {
    const std::string before = call("POST", path + "/ping").at("id");
    const Reply paused = pause();
    ASSERT_EQ(paused.status(), 200) << paused.response.body;
    EXPECT_EQ(paused.at("status"), "paused");
    EXPECT_EQ(paused.at("missed_since"), "");
    (void)call("POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})");
    (void)call("POST", "/v1/payments",
               R"({"client_id":"order-1","amount":{"value":"12.34","currency":"GBP"},)"
               R"("payee":{"iban":"GB57CLRB04040100057354"},"end_to_end_id":"E2E-000001"})");
    (void)world.settle(world.tenant("main"), testing::money_in("T1", "E2E-000001"));
    EXPECT_EQ(call("GET", "/v1/deliveries?status=queued&endpoint=" + id).count(), 2U);
    EXPECT_EQ(call("POST", "/v1/deliveries/" + before + "/redeliver").status(), 202);
    EXPECT_EQ(call("POST", path + "/ping").code(), "state_conflict");
    EXPECT_EQ(call("GET", "/v1/status").at("endpoints.paused"), "1");
    EXPECT_EQ(call("PATCH", path, R"({"status":"active"})").at("status"), "active");
    EXPECT_EQ(call("GET", "/v1/deliveries?status=queued&endpoint=" + id).count(), 2U);
}

TEST_F(EndpointPause, stands_in_the_changes_with_its_reason) {
    (void)pause();
    (void)call("PATCH", path, R"({"status":"active"})");
    const Reply changes = call("GET", "/v1/changes?subject=" + id);
    ASSERT_EQ(changes.count(), 3U) << changes.response.body;
    EXPECT_EQ(changes.at("data.0.action"), "endpoint.activate");
    EXPECT_EQ(changes.at("data.1.action"), "endpoint.pause");
    EXPECT_EQ(changes.at("data.1.reason"), "their database moves");
}

TEST_F(EndpointPause, a_paused_endpoint_can_be_disabled_and_a_disabled_one_not_paused) {
    const std::string ping = call("POST", path + "/ping").at("id");
    (void)pause();
    EXPECT_EQ(call("PATCH", path, R"({"status":"disabled"})").at("status"), "disabled");
    EXPECT_EQ(call("GET", "/v1/deliveries/" + ping).at("status"), "cancelled");
    EXPECT_EQ(pause().code(), "state_conflict");
    EXPECT_EQ(call("GET", path).at("status"), "disabled");
}

} // namespace
} // namespace settled::api
