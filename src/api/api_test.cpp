#include "api/api.h"

#include "api/bounds.h"
#include "api/problem.h"
#include "api/routes.h"
#include "api/testing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace settled::api {
namespace {

using testing::Reply;
using testing::World;

TEST(Routing, an_unknown_address_is_404_and_a_wrong_method_405_with_what_is_allowed) {
    World world;
    const struct {
        std::string_view method;
        std::string_view target;
        int status;
        std::string_view allow;
    } cases[] = {
        {"GET", "/", 404, ""},
        {"GET", "/v1", 404, ""},
        {"GET", "/v1/", 404, ""},
        {"GET", "/v1/nothing", 404, ""},
        {"GET", "/v1/payments/", 404, ""},
        {"GET", "/v1/payments/a/b", 404, ""},
        {"GET", "/v1//payments", 404, ""},
        {"GET", "/V1/payments", 404, ""},
        {"GET", "/v1/payments%2Fa%2Fb", 404, ""},
        {"DELETE", "/v1/payments", 405, "POST, GET"},
        {"PUT", "/v1/payments/a", 405, "GET"},
        {"POST", "/v1/endpoints/a", 405, "GET, PATCH, DELETE"},
        {"GET", "/v1/endpoints/a/ping", 405, "POST"},
        {"get", "/v1/payments", 405, "POST, GET"},
        {"POST", "/openapi.yaml", 405, "GET"},
        {"HEAD", "/v1/payments", 401, ""}, // served as GET: it is the key that is missing
    };
    for (const auto& c : cases) {
        const Reply reply = world.call("", c.method, c.target);
        EXPECT_EQ(reply.status(), c.status) << c.method << c.target;
        EXPECT_EQ(reply.response.fields.find("Allow").value_or(""), c.allow) << c.target;
        EXPECT_EQ(reply.response.content_type, problem_content_type) << c.target;
    }
}

TEST(Routing, every_route_finds_itself_and_no_two_are_the_same) {
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (const Route& route : routes()) {
        EXPECT_TRUE(seen.emplace(route.method, route.pattern).second) << route.pattern;
        EXPECT_EQ(find_route(route.method, route.pattern).route, &route) << route.pattern;
        EXPECT_NE(route.scope, Scope::none) << route.pattern;
    }
}

TEST(Routing, only_the_parameters_of_a_route_are_taken_each_once) {
    World world;
    const std::string key = world.key_of("main");
    const struct {
        std::string_view target;
        std::string_view code; // "" when it is taken
    } cases[] = {
        {"/v1/payments?limit=1&status=settled", ""},
        {"/v1/payments?status=", ""},
        {"/v1/payments?color=red", "parameter_invalid"},
        {"/v1/payments?limit=1&limit=2", "parameter_invalid"},
        {"/v1/payments?limit=0", "parameter_invalid"},
        {"/v1/payments?limit=501", "parameter_invalid"},
        {"/v1/payments?limit=1x", "parameter_invalid"},
        {"/v1/payments?limit=-1", "parameter_invalid"},
        {"/v1/payments?limit=", "parameter_invalid"},
        {"/v1/payments?after=stl_0000000000001", "cursor_invalid"},
        {"/v1/payments?after=x", "cursor_invalid"},
        {"/v1/payments?status=odd", "parameter_invalid"},
        {"/v1/payments?account=GB57CLRB04040100057354", ""},
        {"/v1/payments?account=040401%2000057354", ""},
        {"/v1/payments?account=x", "parameter_invalid"},
        {"/v1/payments?%zz=1", "parameter_invalid"},
        {"/v1/payments/a?limit=1", "parameter_invalid"},
        {"/v1/events?type=settlement.lost", "parameter_invalid"},
        {"/v1/deliveries?endpoint=evt_0000000000001", "parameter_invalid"},
    };
    for (const auto& c : cases) {
        const Reply reply = world.call(key, "GET", c.target);
        EXPECT_EQ(reply.code(), c.code) << c.target;
        EXPECT_EQ(reply.status(), c.code.empty() ? 200 : 400) << c.target;
    }
}

TEST(OpenApi, the_contract_is_served_to_every_client) {
    World world;
    const Reply reply = world.call("", "GET", "/openapi.yaml");
    EXPECT_EQ(reply.status(), 200);
    EXPECT_EQ(reply.response.content_type, "application/yaml");
    for (const Route& route : routes()) {
        const std::string path = "\n  " + std::string(route.pattern) + ":\n";
        const std::size_t at = reply.response.body.find(path);
        ASSERT_NE(at, std::string::npos) << route.pattern;
        const std::size_t next = reply.response.body.find("\n  /", at + 1);
        std::string method = "\n    " + std::string(route.method) + ":";
        std::ranges::transform(method, method.begin(),
                               [](char c) { return static_cast<char>(std::tolower(c)); });
        EXPECT_LT(reply.response.body.find(method, at), next) << route.method << route.pattern;
    }
}

TEST(Problem, says_what_rfc_9457_asks_and_what_the_status_asks) {
    const struct {
        Code code;
        std::string_view header;
    } cases[] = {
        {Code::member_missing, ""},
        {Code::credentials_missing, "WWW-Authenticate"},
        {Code::credentials_invalid, "WWW-Authenticate"},
        {Code::too_many_requests, "Retry-After"},
        {Code::store_overloaded, "Retry-After"},
    };
    for (const auto& c : cases) {
        const net::Response response = problem({c.code, "a detail"}, "req-9");
        const auto document = wire::JsonDocument::parse(response.body);
        ASSERT_TRUE(document.has_value());
        const wire::Json root = document->root();
        const std::string token(info(c.code).token);
        EXPECT_EQ(response.status, info(c.code).http_status);
        EXPECT_EQ(response.content_type, "application/problem+json");
        EXPECT_EQ(root.member("type")->string(), "urn:settled:problem:" + token);
        EXPECT_EQ(root.member("title")->string(), info(c.code).title);
        EXPECT_EQ(root.member("status")->integer(), info(c.code).http_status);
        EXPECT_EQ(root.member("detail")->string(), "a detail");
        EXPECT_EQ(root.member("code")->string(), token);
        EXPECT_EQ(root.member("request_id")->string(), "req-9");
        EXPECT_EQ(response.fields.size(), c.header.empty() ? 0U : 1U) << token;
        if (!c.header.empty()) {
            EXPECT_TRUE(response.fields.find(c.header).has_value()) << token;
        }
    }
}

TEST(Problem, an_internal_error_is_not_shown_to_the_client) {
    const net::Response response = problem({Code::internal, "/var/lib/settled: odd"}, "req-9");
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(response.body.find("/var/lib"), std::string::npos);
}

TEST(Body, must_be_json_and_say_so) {
    World world;
    const std::string key = world.key_of("main");
    const struct {
        std::string_view type;
        std::string_view body;
        std::string_view code;
    } cases[] = {
        {"application/json", R"({"iban":"GB57CLRB04040100057354"})", ""},
        {"Application/JSON; charset=utf-8", "{}", "member_missing"},
        {"text/plain", "{}", "content_type_unsupported"},
        {"application/jsonx", "{}", "content_type_unsupported"},
        {"application/vnd.yapily.payment+json", "{}", "content_type_unsupported"},
        {"application/json", "", "json_invalid"},
        {"application/json", "{", "json_invalid"},
        {"application/json", R"({"iban":1,"iban":2})", "json_duplicate_member"},
        {"application/json", "[]", "value_invalid"},
    };
    for (const auto& c : cases) {
        const Reply reply = world.call(key, "POST", "/v1/accounts", c.body,
                                       {{"Content-Type", std::string(c.type)}});
        EXPECT_EQ(reply.code(), c.code) << c.type << c.body;
    }
    EXPECT_EQ(world.call(key, "POST", "/v1/accounts").code(), "content_type_unsupported");
}

TEST(Pages, lead_through_all_objects_once_newest_first_whatever_is_added_meanwhile) {
    World world;
    const std::string key = world.key_of("main");
    std::vector<std::string> made;
    const auto add = [&](int number) {
        const std::string body =
            R"({"sort_code":"040404","account_number":"0000000)" + std::to_string(number) + "\"}";
        made.push_back(world.call(key, "POST", "/v1/accounts", body).at("id"));
    };
    for (int i = 0; i < 5; ++i)
        add(i);
    std::vector<std::string> seen;
    std::string target = "/v1/accounts?limit=2";
    for (int pages = 0; pages < 3; ++pages) {
        const Reply page = world.call(key, "GET", target);
        for (std::size_t i = 0; i < page.count(); ++i)
            seen.push_back(page.at("data." + std::to_string(i) + ".id"));
        const std::string next = page.at("next");
        EXPECT_EQ(next.empty(), pages == 2);
        target = "/v1/accounts?limit=2&after=" + next;
        if (pages == 0)
            add(7);
    }
    made.pop_back(); // newer than the first page
    std::ranges::reverse(made);
    EXPECT_EQ(seen, made);
}

TEST(Pages, a_last_page_that_is_full_says_that_it_is_the_last) {
    World world;
    const std::string key = world.key_of("main");
    for (const char* name : {"a", "b"})
        ASSERT_EQ(world.call(key, "POST", "/v1/connectors", world.new_connector(name)).status(),
                  201);
    const Reply page = world.call(key, "GET", "/v1/connectors?limit=2");
    EXPECT_EQ(page.count(), 2U);
    EXPECT_EQ(page.at("next"), "");
    const Reply first = world.call(key, "GET", "/v1/connectors?limit=1");
    EXPECT_EQ(first.at("data.0.name"), "b");
    const Reply second = world.call(key, "GET", "/v1/connectors?limit=1&after=" + first.at("next"));
    EXPECT_EQ(second.at("data.0.name"), "a");
    EXPECT_EQ(second.at("next"), "");
}

TEST(Metrics, count_answers_and_denials) {
    World world;
    const std::string key = world.key_of("main", "accounts:read");
    (void)world.call(key, "GET", "/v1/accounts");
    (void)world.call(key, "GET", "/v1/payments");
    (void)world.call("", "GET", "/v1/payments");
    const std::string text = world.metrics.text();
    for (const char* line :
         {R"(settled_api_requests_total{method="GET",route="/v1/accounts",status="2xx"} 1)",
          R"(settled_api_requests_total{method="GET",route="/v1/payments",status="4xx"} 2)",
          R"(settled_api_denied_total{code="scope_missing"} 1)",
          R"(settled_api_denied_total{code="credentials_missing"} 1)"})
        EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
}

} // namespace
} // namespace settled::api
