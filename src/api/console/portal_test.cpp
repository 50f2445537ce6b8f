// A partner's session: what it sees and may do, and that there is nothing else for it.
#include "api/bounds.h"
#include "api/routes.h"
#include "api/testing.h"

#include <gtest/gtest.h>

namespace settled::api {
namespace {

using testing::Headers;
using testing::Reply;
using testing::World;

// Two endpoints of one tenant, an event at each, and a link for the first.
struct Stage {
    World world;
    std::string key = world.key_of("main");
    std::string endpoint = add_endpoint("https://partner.example/hook");
    std::string other = add_endpoint("https://other.example/hook");
    std::string delivery = ping(endpoint);
    std::string others_delivery = ping(other);

    std::string add_endpoint(std::string_view url) {
        return world.call(key, "POST", "/v1/endpoints", R"({"url":")" + std::string(url) + "\"}")
            .at("id");
    }
    std::string ping(const std::string& at) {
        return world.call(key, "POST", "/v1/endpoints/" + at + "/ping").at("id");
    }
    Reply link(std::string_view body) {
        return world.call(key, "POST", "/v1/endpoints/" + endpoint + "/portal-links", body);
    }
    // What a browser sends that was given the link.
    Headers partner(std::string_view rights) {
        const Reply made = link(R"({"can":[)" + std::string(rights) + "]}");
        EXPECT_EQ(made.status(), 201) << made.response.body;
        return signed_in(made.at("url"));
    }
    Headers signed_in(const std::string& url) {
        net::Request request;
        request.method = "POST";
        request.target = "/v1/sessions";
        request.peer = "127.0.0.1";
        request.body = R"({"link":")" + url.substr(url.find('#') + 1) + "\"}";
        request.fields.add("Content-Type", "application/json");
        const Reply reply = world.answer(std::move(request));
        EXPECT_EQ(reply.status(), 201) << reply.response.body;
        EXPECT_EQ(reply.at("endpoint_id"), endpoint);
        EXPECT_TRUE(reply.at("actor").starts_with("portal:plk_"));
        const std::string cookie(reply.response.fields.find("Set-Cookie").value_or(""));
        return {{"Cookie", cookie.substr(0, cookie.find(';'))},
                {"X-CSRF-Token", reply.at("csrf_token")}};
    }
    Reply get(const Headers& as, const std::string& target) {
        return world.call("", "GET", target, "", as);
    }
};

TEST(Portal, sees_its_endpoint_without_settings_and_its_deliveries) {
    Stage stage;
    const Headers as = stage.partner(R"("read")");
    const Reply endpoint = stage.get(as, "/v1/endpoints/" + stage.endpoint);
    ASSERT_EQ(endpoint.status(), 200) << endpoint.response.body;
    EXPECT_EQ(endpoint.at("url"), "https://partner.example/hook");
    EXPECT_FALSE(endpoint.root().member("auth").has_value());
    const Reply deliveries = stage.get(as, "/v1/deliveries?limit=10");
    ASSERT_EQ(deliveries.count(), 1U);
    EXPECT_EQ(deliveries.at("data.0.id"), stage.delivery);
    const Reply delivery = stage.get(as, "/v1/deliveries/" + stage.delivery);
    ASSERT_EQ(delivery.status(), 200);
    const Reply event = stage.get(as, "/v1/events/" + delivery.at("event_id"));
    EXPECT_EQ(event.at("type"), "test.ping") << event.response.body;
}

TEST(Portal, there_is_nothing_else_for_it) {
    Stage stage;
    const Headers as = stage.partner(R"("redeliver","ping")");
    const std::string others_event =
        stage.world.call(stage.key, "GET", "/v1/deliveries/" + stage.others_delivery)
            .at("event_id");
    for (const std::string& target :
         {"/v1/endpoints/" + stage.other, "/v1/deliveries/" + stage.others_delivery,
          "/v1/deliveries?endpoint=" + stage.other, "/v1/events/" + others_event})
        EXPECT_EQ(stage.get(as, target).code(), "not_found") << target;
    int refused = 0;
    for (const Route& route : routes()) {
        if (route.pattern.starts_with("/v1/deliveries") ||
            (route.method == "GET" && route.pattern == "/v1/endpoints/{id}") ||
            route.pattern == "/v1/endpoints/{id}/ping")
            continue;
        std::string path(route.pattern);
        if (const std::size_t begin = path.find('{'); begin != path.npos)
            path.replace(begin, path.find('}') - begin + 1, stage.endpoint);
        const Reply reply = stage.world.call("", route.method, path, "{}", as);
        EXPECT_EQ(reply.code(), "not_found") << route.method << path << reply.response.body;
        ++refused;
    }
    EXPECT_GT(refused, 80);
    EXPECT_EQ(
        stage.world
            .call("", "POST", "/v1/deliveries/" + stage.others_delivery + "/redeliver", "", as)
            .code(),
        "not_found");
    EXPECT_EQ(stage.world.call("", "POST", "/v1/endpoints/" + stage.other + "/ping", "", as).code(),
              "not_found");
}

TEST(Portal, may_do_what_its_link_says) {
    Stage stage;
    const std::string again = "/v1/deliveries/" + stage.delivery + "/redeliver";
    const std::string ping = "/v1/endpoints/" + stage.endpoint + "/ping";
    const Headers reader = stage.partner(R"("read")");
    EXPECT_EQ(stage.world.call("", "POST", again, "", reader).code(), "not_found");
    EXPECT_EQ(stage.world.call("", "POST", ping, "", reader).code(), "not_found");
    const Headers doer = stage.partner(R"("redeliver","ping")");
    EXPECT_EQ(stage.world.call("", "POST", ping, "", doer).status(), 202);
    for (int i = 0; i < bounds::sign_ins_per_minute; ++i)
        EXPECT_EQ(stage.world.call("", "POST", again, "", doer).status(), 202);
    EXPECT_EQ(stage.world.call("", "POST", again, "", doer).code(), "too_many_requests");
    const Reply changes = stage.world.call(stage.key, "GET", "/v1/changes?limit=1");
    EXPECT_EQ(changes.at("data.0.action"), "delivery.redeliver");
    EXPECT_TRUE(changes.at("data.0.actor").starts_with("portal:plk_"));
}

TEST(Portal, a_link_works_until_it_is_revoked_or_expires) {
    Stage stage;
    const Reply made = stage.link(R"({"expires_in_seconds":300})");
    const Headers as = stage.signed_in(made.at("url"));
    EXPECT_EQ(stage.get(as, "/v1/deliveries").status(), 200);
    stage.world.clock.advance(bounds::portal_life_min);
    EXPECT_EQ(stage.get(as, "/v1/deliveries").code(), "credentials_invalid");

    const Reply second = stage.link("{}");
    const Headers other = stage.signed_in(second.at("url"));
    const std::string path = "/v1/portal-links/" + second.at("id");
    EXPECT_EQ(stage.world.call(stage.key, "DELETE", path).status(), 204);
    EXPECT_EQ(stage.get(other, "/v1/deliveries").code(), "credentials_invalid");
    EXPECT_EQ(stage.world.call(stage.key, "DELETE", path).code(), "not_found");
    const Reply listed =
        stage.world.call(stage.key, "GET", "/v1/endpoints/" + stage.endpoint + "/portal-links");
    ASSERT_EQ(listed.count(), 2U);
    EXPECT_NE(listed.at("data.0.revoked_at"), "");
    EXPECT_FALSE(listed.response.body.contains("url"));
}

TEST(Portal, a_link_is_refused_that_lives_too_long_or_may_do_what_is_not_offered) {
    Stage stage;
    for (const char* const body : {R"({"expires_in_seconds":299})",
                                   R"({"expires_in_seconds":2592001})", R"({"can":["write"]})"})
        EXPECT_EQ(stage.link(body).code(), "value_invalid") << body;
}

} // namespace
} // namespace settled::api
