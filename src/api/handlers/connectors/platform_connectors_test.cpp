// Connectors of platforms that notify us: what they take, what they refuse, and what is shown.
#include "api/testing.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace settled::api {
namespace {

using testing::Reply;
using testing::World;

class PlatformConnectors : public ::testing::Test {
  protected:
    PlatformConnectors() : key(world.key_of("main")) {
        (void)world.keep_secret("platform.password", "correct-horse-battery");
        (void)world.keep_secret("platform.secret", "battery-staple");
    }
    Reply call(std::string_view method, std::string_view target, std::string_view body = {}) {
        return world.call(key, method, target, body);
    }
    Reply add(std::string_view more = "") {
        return call("POST", "/v1/connectors",
                    fmt::format(R"({{"name":"platform","kind":"clearmatch",)"
                                R"("webhook_username":"platform",)"
                                R"("webhook_password":"file:platform.password"{}}})",
                                more));
    }
    Reply patch(std::string_view body) { return call("PATCH", "/v1/connectors/platform", body); }
    static constexpr std::string_view content =
        R"(,"content_url_prefix":"https://api.platform.example/v1/",)"
        R"("token_url":"https://sso.platform.example/token","client_id":"us",)"
        R"("client_secret":"file:platform.secret")";

    World world;
    std::string key;
};

TEST_F(PlatformConnectors, show_their_settings_and_no_secret) {
    const Reply made = add(std::string(content) + R"(,"partner_code":"FINCO","lenient_json":true)");
    ASSERT_EQ(made.status(), 201) << made.response.body;
    EXPECT_EQ(made.at("kind"), "clearmatch");
    EXPECT_EQ(made.at("webhook_username"), "platform");
    EXPECT_EQ(made.at("webhook_password"), "file:platform.password");
    EXPECT_EQ(made.at("content_url_prefix"), "https://api.platform.example/v1/");
    EXPECT_EQ(made.at("token_url"), "https://sso.platform.example/token");
    EXPECT_EQ(made.at("client_secret"), "file:platform.secret");
    EXPECT_EQ(made.at("time_zone"), "UTC");
    EXPECT_EQ(made.at("partner_code"), "FINCO");
    EXPECT_EQ(made.at("lenient_json"), "true");
    EXPECT_EQ(made.at("retention_days"), "15");
    EXPECT_EQ(made.response.body.find("correct-horse"), std::string::npos);
    EXPECT_EQ(made.response.body.find("battery-staple"), std::string::npos);
    EXPECT_EQ(call("GET", "/v1/calls").count(), 0U) << "it is no bank: it has no accounts";
    EXPECT_EQ(patch(R"({"lenient_json":false})").at("lenient_json"), "false");
    EXPECT_EQ(call("GET", "/v1/connectors/platform").at("partner_code"), "FINCO");
    EXPECT_EQ(call("DELETE", "/v1/connectors/platform").status(), 204);
}

TEST_F(PlatformConnectors, may_only_receive) {
    const Reply made = add();
    ASSERT_EQ(made.status(), 201) << made.response.body;
    EXPECT_EQ(made.at("content_url_prefix"), "");
    EXPECT_EQ(patch(R"({"token_url":"https://sso.platform.example/token"})").code(),
              "value_invalid");
    EXPECT_EQ(patch(R"({"client_id":"us"})").code(), "value_invalid");
    EXPECT_EQ(patch(R"({"content_url_prefix":"https://api.platform.example"})").status(), 200);
}

TEST_F(PlatformConnectors, refuse_what_cannot_be) {
    ASSERT_EQ(add(content).status(), 201);
    const struct {
        std::string_view body;
        std::string_view code;
    } cases[] = {
        {R"({"content_url_prefix":"ftp://api.platform.example/"})", "url_invalid"},
        {R"({"content_url_prefix":"http://api.platform.example/"})", "url_invalid"},
        {R"({"content_url_prefix":"https://api.platform.example/v1?x=1"})", "url_invalid"},
        {R"({"content_url_prefix":"https://us@api.platform.example/"})", "url_invalid"},
        {R"({"content_url_prefix":"https://10.0.0.1/v1/"})", "address_forbidden"},
        {R"({"token_url":"https://169.254.169.254/token"})", "address_forbidden"},
        {R"({"client_secret":"file:absent"})", "value_invalid"},
        {R"({"webhook_username":"us","webhook_password":"file:short.password"})", "value_invalid"},
        {R"({"webhook_username":"a:b","webhook_password":"file:platform.password"})",
         "value_invalid"},
        {R"({"time_zone":"Nowhere/Town"})", "value_invalid"},
        {R"({"time_zone":"../../etc/passwd"})", "value_invalid"},
        {R"({"api_url":"https://bank.example"})", "value_invalid"},
        {R"({"bank_keys":["x"]})", "value_invalid"},
        {R"({"api_key":"file:platform.secret"})", "value_invalid"},
    };
    (void)world.keep_secret("short.password", "15 bytes, short");
    for (const auto& c : cases)
        EXPECT_EQ(patch(c.body).code(), c.code) << c.body;
    const std::string detail =
        patch(R"({"webhook_username":"us","webhook_password":"file:short.password"})").at("detail");
    EXPECT_TRUE(detail.starts_with("webhook_password: ")) << detail;
    const Reply bare = call("POST", "/v1/connectors", R"({"name":"a","kind":"clearmatch"})");
    EXPECT_EQ(bare.code(), "member_missing") << bare.response.body;
    const Reply bank = call("POST", "/v1/connectors", world.new_bank("bank", R"(,"scope":"x")"));
    EXPECT_EQ(bank.code(), "value_invalid") << "only a platform has it";
}

TEST_F(PlatformConnectors, are_tested_by_one_call_for_the_prefix_itself) {
    ASSERT_EQ(add(content).status(), 201);
    const Reply made = call("POST", "/v1/connectors/platform/test");
    ASSERT_EQ(made.status(), 202) << made.response.body;
    const std::string target = "/v1/calls/" + made.at("call_id");
    EXPECT_EQ(call("GET", target).at("target"), "https://api.platform.example:443/v1/");
    EXPECT_EQ(world.bank_replies("platform", 404, "").size(), 1U);
    EXPECT_EQ(call("GET", target).at("status"), "done") << "it let us in";
    const Reply again = call("POST", "/v1/connectors/platform/test");
    EXPECT_EQ(world.bank_replies("platform", 401, "").size(), 1U);
    const Reply refused = call("GET", "/v1/calls/" + again.at("call_id"));
    EXPECT_EQ(refused.at("status"), "refused");
    EXPECT_EQ(refused.at("reason"), "content_status_401");
}

TEST_F(PlatformConnectors, pay_nothing_and_are_asked_for_nothing_that_a_bank_has) {
    ASSERT_EQ(add(content).status(), 201);
    ASSERT_EQ(call("POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})").status(), 201);
    const struct {
        std::string_view target;
        std::string_view body;
        std::string_view code;
    } cases[] = {
        {"/v1/orders",
         R"({"client_id":"payout-17","connector":"platform","scheme":"fps",
             "amount":{"value":"100.00","currency":"GBP"},
             "debtor":{"iban":"GB57CLRB04040100057354"},
             "creditor":{"name":"Ann Lee","sort_code":"601613","account_number":"31926819"}})",
         "connector_unknown"},
        {"/v1/links",
         R"({"connector":"platform","loan_account_id":"LN-4711","owner_name":"Ann Lee"})",
         "connector_unknown"},
        {"/v1/statement-requests", R"({"connector":"platform","date":"2026-11-17"})",
         "connector_unknown"},
        {"/v1/catch-ups", R"({"connector":"platform"})", "connector_receives_only"},
    };
    for (const auto& c : cases) {
        const Reply reply = call("POST", c.target, c.body);
        EXPECT_EQ(reply.code(), c.code) << c.target << reply.response.body;
    }
    EXPECT_EQ(call("GET", "/v1/calls").count(), 0U);
}

TEST_F(PlatformConnectors, wait_while_a_person_pauses_them_and_have_no_accounts) {
    ASSERT_EQ(add(content).status(), 201);
    EXPECT_EQ(call("POST", "/v1/connectors/platform/pause", R"({"reason":"an incident"})").status(),
              200);
    EXPECT_EQ(call("POST", "/v1/connectors/platform/resume").status(), 200);
    EXPECT_EQ(call("POST", "/v1/connectors/platform/list-accounts").code(), "state_conflict");
}

} // namespace
} // namespace settled::api
