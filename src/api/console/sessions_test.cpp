// Browsers that sign in, and what they are shown.
#include "api/bounds.h"
#include "api/console/sign_in.h"
#include "api/routes.h"
#include "api/testing.h"

#include <gtest/gtest.h>

namespace settled::api {
namespace {

using testing::Headers;
using testing::Reply;
using testing::World;

constexpr std::string_view sign_in_address = "192.0.2.7";

// A browser: its cookie and its token.
struct Browser {
    std::string cookie;
    std::string csrf;

    Headers headers(bool with_token = true) const {
        Headers all{{"Cookie", "other=1; __Host-settled=" + cookie}};
        if (with_token)
            all.emplace_back("X-CSRF-Token", csrf);
        return all;
    }
};

Reply sign_in_from(World& world, std::string_view peer, std::string_view body,
                   const Headers& headers = {}) {
    net::Request request;
    request.method = "POST";
    request.target = sessions_path;
    request.peer = peer;
    request.body = body;
    request.fields.add("Content-Type", "application/json");
    for (const auto& [name, value] : headers)
        request.fields.add(name, value);
    return world.answer(std::move(request));
}

Reply sign_in(World& world, std::string_view body, const Headers& headers = {}) {
    return sign_in_from(world, "127.0.0.1", body, headers);
}

std::string with_key(std::string_view key, std::string_view more = "") {
    return R"({"api_key":")" + std::string(key) + "\"" + std::string(more) + "}";
}

Browser browser_of(const Reply& reply) {
    EXPECT_EQ(reply.status(), 201) << reply.response.body;
    const std::string cookie(reply.response.fields.find("Set-Cookie").value_or(""));
    const std::size_t begin = cookie.find('=') + 1;
    return {cookie.substr(begin, cookie.find(';') - begin), reply.at("csrf_token")};
}

Browser signed_in(World& world, std::string_view key) {
    return browser_of(sign_in(world, with_key(key)));
}

std::string link_of(World& world, std::string_view user = "jo", std::string_view tenant = "main") {
    const Reply reply = world.operate("POST", "/sign-in-links?tenant=" + std::string(tenant),
                                      R"({"user":")" + std::string(user) + "\"}");
    EXPECT_EQ(reply.status(), 201) << reply.response.body;
    return R"({"link":")" + reply.at("token") + "\"}";
}

TEST(Sessions, an_api_key_opens_one_that_acts_as_that_key) {
    World world;
    const std::string key = world.key_of("main", "payments:read settlements:read");
    const Reply reply = sign_in(world, with_key(key));
    const Browser browser = browser_of(reply);
    EXPECT_TRUE(reply.at("actor").starts_with("key_"));
    EXPECT_EQ(reply.at("tenant"), "main");
    EXPECT_EQ(reply.root().member("scopes")->raw(), R"(["payments:read","settlements:read"])");
    const std::string cookie(*reply.response.fields.find("Set-Cookie"));
    for (const char* part :
         {"__Host-settled=", "; Path=/;", "; Secure;", "; HttpOnly;", "; SameSite=Strict"})
        EXPECT_NE(cookie.find(part), cookie.npos) << cookie;
    EXPECT_EQ(cookie.find("Domain"), cookie.npos);
    EXPECT_EQ(world.call("", "GET", "/v1/payments", "", browser.headers()).status(), 200);
    EXPECT_EQ(world.call("", "GET", "/v1/accounts", "", browser.headers()).code(), "scope_missing");
    const Reply current = world.call("", "GET", "/v1/sessions/current", "", browser.headers(false));
    EXPECT_EQ(current.response.body, reply.response.body);
}

TEST(Sessions, wrong_unknown_and_revoked_keys_and_used_links_get_the_same_answer) {
    World world;
    const std::string admin = world.key_of("main");
    const std::string revoked = world.key_of("main");
    const std::string id = world.call(admin, "GET", "/v1/api-keys").at("data.0.id");
    ASSERT_EQ(world.call(admin, "DELETE", "/v1/api-keys/" + id).status(), 204);
    const std::string link = link_of(world);
    ASSERT_EQ(sign_in(world, link).status(), 201);
    const Reply first = sign_in(world, with_key(revoked));
    EXPECT_EQ(first.status(), 401);
    EXPECT_EQ(first.code(), "sign_in_refused");
    EXPECT_TRUE(first.response.fields.find("WWW-Authenticate").has_value());
    for (const std::string& body :
         {with_key("sk_x"), with_key(revoked), link, std::string(R"({"link":"x"})")})
        EXPECT_EQ(sign_in(world, body).response.body, first.response.body) << body;
}

TEST(Sessions, a_link_signs_its_user_in_once_and_for_five_minutes) {
    World world;
    (void)world.key_of("main");
    const Reply reply = sign_in(world, link_of(world, "jo"));
    EXPECT_EQ(reply.at("actor"), "os:jo");
    EXPECT_EQ(world.call("", "GET", "/v1/api-keys", "", browser_of(reply).headers()).status(), 200);
    const std::string late = link_of(world);
    world.clock.advance(bounds::sign_in_link_kept);
    EXPECT_EQ(sign_in(world, late).code(), "sign_in_refused");
}

TEST(Sessions, only_the_operator_of_the_machine_makes_links) {
    World world;
    const std::string key = world.key_of("main");
    EXPECT_EQ(world.call(key, "POST", "/sign-in-links", R"({"user":"jo"})").code(),
              "route_unknown");
    EXPECT_EQ(world.operate("POST", "/sign-in-links", R"({"user":"a b"})").code(), "value_invalid");
    EXPECT_EQ(world.operate("POST", "/sign-in-links?tenant=none", R"({"user":"jo"})").code(),
              "not_found");
}

TEST(Sessions, end_after_half_an_hour_without_a_call_and_after_twelve_hours_in_all) {
    World world;
    const std::string key = world.key_of("main");
    const Browser idle = signed_in(world, key);
    world.clock.advance(bounds::session_idle_max);
    EXPECT_EQ(world.call("", "GET", "/v1/payments", "", idle.headers()).code(),
              "credentials_invalid");

    const Browser busy = signed_in(world, key);
    const auto step = bounds::session_idle_max - bounds::session_seen_step;
    for (auto passed = step; passed < bounds::session_life_max; passed += step) {
        world.clock.advance(step);
        ASSERT_EQ(world.call("", "GET", "/v1/payments", "", busy.headers()).status(), 200);
    }
    world.clock.advance(step);
    EXPECT_EQ(world.call("", "GET", "/v1/payments", "", busy.headers()).code(),
              "credentials_invalid");
}

TEST(Sessions, end_with_their_key_on_every_node) {
    World world;
    const std::string admin = world.key_of("main");
    const Browser browser = signed_in(world, world.key_of("main"));
    const std::unique_ptr<Api> other = world.another_api();
    std::swap(world.api, const_cast<std::unique_ptr<Api>&>(other));
    EXPECT_EQ(world.call("", "GET", "/v1/payments", "", browser.headers()).status(), 200)
        << "another node knows it, as one that was restarted does";
    const std::string id = world.call(admin, "GET", "/v1/api-keys").at("data.0.id");
    ASSERT_EQ(world.call(admin, "DELETE", "/v1/api-keys/" + id).status(), 204);
    EXPECT_EQ(world.call("", "GET", "/v1/payments", "", browser.headers()).code(),
              "credentials_invalid");
}

TEST(Sessions, a_change_needs_the_token_of_the_session) {
    World world;
    const std::string key = world.key_of("main");
    const Browser browser = signed_in(world, key);
    const Browser other = signed_in(world, key);
    const char* const body = R"({"iban":"GB57CLRB04040100057354"})";
    EXPECT_EQ(world.call("", "POST", "/v1/accounts", body, browser.headers(false)).code(),
              "csrf_missing");
    EXPECT_EQ(
        world.call("", "POST", "/v1/accounts", body, Browser{browser.cookie, other.csrf}.headers())
            .code(),
        "csrf_missing");
    EXPECT_EQ(world.call("", "DELETE", "/v1/sessions/current", "", browser.headers(false)).code(),
              "csrf_missing");
    EXPECT_EQ(world.call("", "POST", "/v1/accounts", body, browser.headers()).status(), 201);
}

TEST(Sessions, a_cookie_and_a_key_in_one_request_are_refused) {
    World world;
    const std::string key = world.key_of("main");
    const Browser browser = signed_in(world, key);
    const Reply both = world.call(key, "GET", "/v1/payments", "", browser.headers());
    EXPECT_EQ(both.status(), 400);
    EXPECT_EQ(both.code(), "request_malformed");
    EXPECT_EQ(world.call(key, "GET", "/v1/payments", "", {{"Cookie", "other=1"}}).status(), 200);
}

TEST(Sessions, one_takes_the_place_of_another_only_when_asked_to) {
    World world;
    const std::string key = world.key_of("main");
    const Browser first = signed_in(world, key);
    EXPECT_EQ(sign_in(world, link_of(world), first.headers(false)).code(), "session_exists");
    EXPECT_EQ(world.call("", "GET", "/v1/payments", "", first.headers()).status(), 200);
    const Browser second =
        browser_of(sign_in(world, with_key(key, R"(,"replace":true)"), first.headers(false)));
    EXPECT_EQ(world.call("", "GET", "/v1/payments", "", first.headers()).code(),
              "credentials_invalid");
    EXPECT_EQ(world.call("", "GET", "/v1/payments", "", second.headers()).status(), 200);
    EXPECT_EQ(sign_in(world, with_key(key), first.headers(false)).status(), 201)
        << "an ended session stands in no one's way";
}

TEST(Sessions, signing_out_ends_it_and_takes_the_cookie_back) {
    World world;
    const Browser browser = signed_in(world, world.key_of("main"));
    const Reply out = world.call("", "DELETE", "/v1/sessions/current", "", browser.headers());
    EXPECT_EQ(out.status(), 204);
    EXPECT_NE(out.response.fields.find("Set-Cookie")->find("Max-Age=0"), std::string_view::npos);
    EXPECT_EQ(world.call("", "GET", "/v1/sessions/current", "", browser.headers()).status(), 401);
    EXPECT_EQ(world.call("", "GET", "/v1/sessions/current").code(), "credentials_missing");
}

TEST(Sessions, plain_http_signs_in_on_the_machine_alone) {
    World world;
    const std::string body = with_key(world.key_of("main"));
    EXPECT_EQ(sign_in_from(world, sign_in_address, body).code(), "sign_in_refused");
    EXPECT_EQ(sign_in_from(world, sign_in_address, body, {{"X-Forwarded-Proto", "http"}}).code(),
              "sign_in_refused");
    EXPECT_EQ(sign_in_from(world, sign_in_address, body, {{"X-Forwarded-Proto", "https"}}).status(),
              201);
    EXPECT_EQ(sign_in_from(world, "::1", body).status(), 201);
}

TEST(Sessions, an_address_that_tries_too_often_waits) {
    World world;
    const std::string body = with_key("sk_x");
    for (int i = 0; i < bounds::sign_ins_per_minute; ++i)
        ASSERT_EQ(sign_in(world, body).code(), "sign_in_refused");
    const Reply reply = sign_in(world, body);
    EXPECT_EQ(reply.status(), 429);
    EXPECT_EQ(reply.response.fields.find("Retry-After"), "60");
    world.clock.advance(bounds::sign_in_window);
    EXPECT_EQ(sign_in(world, body).code(), "sign_in_refused");
}

TEST(Sessions, a_sign_in_says_one_thing) {
    World world;
    const std::string key = world.key_of("main");
    EXPECT_EQ(sign_in(world, "{}").code(), "value_invalid");
    EXPECT_EQ(sign_in(world, with_key(key, R"(,"link":"x")")).code(), "value_invalid");
    EXPECT_EQ(sign_in(world, with_key(key, R"(,"surprise":1)")).code(), "member_unknown");
    EXPECT_EQ(world.call("", "GET", "/v1/sessions").code(), "method_not_allowed");
}

TEST(Sessions, another_tenants_session_sees_nothing) {
    World world;
    const std::string ours = world.key_of("main");
    const Browser theirs = signed_in(world, world.key_of("rival"));
    const std::string id =
        world.call(ours, "POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})").at("id");
    EXPECT_EQ(world.call("", "GET", "/v1/accounts/" + id, "", theirs.headers()).code(),
              "not_found");
    EXPECT_EQ(world.call("", "GET", "/v1/accounts", "", theirs.headers()).count(), 0U);
    EXPECT_EQ(world.call("", "GET", "/v1/changes", "", theirs.headers()).count(), 2U)
        << "its key and its own sign-in";
    const Reply overview = world.call("", "GET", "/v1/overview", "", theirs.headers());
    EXPECT_EQ(overview.root().member("money")->size(), 0U);
}

// A path of the route: {…} replaced.
std::string path_of(const Route& route, const std::string& id) {
    std::string path(route.pattern);
    const std::size_t begin = path.find('{');
    if (begin != path.npos)
        path.replace(begin, path.find('}') - begin + 1, id);
    return path;
}

// Money in, a payment, an account, a link, an order and a notification, all with accounts.
void plant(World& world, const std::string& key) {
    (void)world.call(key, "POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})");
    (void)world.call(key, "POST", "/v1/accounts",
                     R"({"sort_code":"040004","account_number":"98761234"})");
    (void)world.call(key, "POST", "/v1/payments",
                     R"({"client_id":"order-1","amount":{"value":"12.34","currency":"GBP"},
                         "reference":"from GB57CLRB04040100057354",
                         "payee":{"iban":"GB57CLRB04040100057354"},
                         "payer":{"name":"A","sort_code":"040004","account_number":"98761234"}})");
    (void)world.call(key, "POST", "/v1/connectors", world.new_bank("bank"));
    (void)world.settle_at("bank", testing::money_in("T1", "E2E-000001"));
    (void)world.call(key, "POST", "/v1/orders",
                     R"({"client_id":"payout-17","connector":"bank","scheme":"fps",
                         "amount":{"value":"1.00","currency":"GBP"},
                         "debtor":{"iban":"GB57CLRB04040100057354"},"creditor":{"name":"Ann Lee",
                         "sort_code":"040004","account_number":"98761234"}})");
    (void)world.call(key, "POST", "/v1/endpoints", R"({"url":"https://partner.example/hook"})");
}

// Every id that a list shows, by asking all lists.
std::vector<std::string> ids_of(World& world, const std::string& key) {
    std::vector<std::string> ids{"bank", "order-1", "x"};
    for (const Route& route : routes()) {
        if (route.method != "GET" || route.pattern.find('{') != route.pattern.npos)
            continue;
        const Reply reply = world.call(key, "GET", route.pattern);
        const auto data = reply.root().is_object() ? reply.root().member("data") : std::nullopt;
        for (std::size_t i = 0; data && i < data->size(); ++i)
            if (const auto id = data->at(i).member("id"); id && id->string())
                ids.emplace_back(*id->string());
    }
    return ids;
}

TEST(Sessions, no_route_shows_a_planted_account) {
    World world;
    const std::string key = world.key_of("main");
    plant(world, key);
    const Browser browser = signed_in(world, key);
    const auto ids = ids_of(world, key);
    int planted = 0;
    for (const Route& route : routes()) {
        if (route.method != "GET")
            continue;
        for (const std::string& id : ids) {
            const std::string path = path_of(route, id);
            const std::string known = world.call(key, "GET", path).response.body;
            const std::string shown =
                world.call("", "GET", path, "", browser.headers()).response.body;
            for (const char* const account :
                 {"GB57CLRB04040100057354", "04040100057354", "98761234"}) {
                planted += known.contains(account) ? 1 : 0;
                EXPECT_FALSE(shown.contains(account)) << path << " " << shown;
            }
            if (path == route.pattern)
                break;
        }
    }
    EXPECT_GT(planted, 10) << "API keys are shown what they were";
}

TEST(Sessions, a_change_is_listed_with_its_actor_and_subject) {
    World world;
    const std::string key = world.key_of("main");
    const Browser browser = browser_of(sign_in(world, link_of(world, "jo")));
    const Reply endpoint =
        world.call("", "POST", "/v1/endpoints", R"({"url":"https://partner.example/hook"})",
                   browser.headers());
    ASSERT_EQ(endpoint.status(), 201);
    const Reply changes = world.call(key, "GET", "/v1/changes");
    ASSERT_EQ(changes.status(), 200);
    EXPECT_EQ(changes.at("data.0.action"), "endpoint.create");
    EXPECT_EQ(changes.at("data.0.actor"), "os:jo");
    EXPECT_EQ(changes.at("data.0.subject"), endpoint.at("id"));
    EXPECT_EQ(changes.at("data.0.request_id"), "req-1");
    EXPECT_EQ(changes.at("data.1.action"), "session.open");
    const std::string subject = "/v1/changes?subject=" + endpoint.at("id");
    EXPECT_EQ(world.call(key, "GET", subject).count(), 1U);
    EXPECT_EQ(world.call(key, "GET", subject + "&actor=os%3Ajo").count(), 1U);
    EXPECT_EQ(world.call(key, "GET", subject + "&actor=os%3Aann").count(), 0U);
    EXPECT_EQ(world.call(key, "GET", "/v1/changes?actor=os%3Ajo").count(), 2U);
}

TEST(Reveals, a_thing_is_shown_unmasked_once_and_written_down) {
    World world;
    const std::string key = world.key_of("main");
    const std::string account =
        world.call(key, "POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})").at("id");
    const Browser browser = browser_of(sign_in(world, link_of(world, "jo")));
    const std::string body = R"({"reason":"the bank asks","subject":")" + account + "\"}";
    const Reply shown = world.call("", "POST", "/v1/reveals", body, browser.headers());
    ASSERT_EQ(shown.status(), 200) << shown.response.body;
    EXPECT_EQ(shown.at("object.iban"), "GB57CLRB04040100057354");
    EXPECT_EQ(world.call("", "GET", "/v1/accounts/" + account, "", browser.headers()).at("iban"),
              "GB57**************7354");
    const Reply changes = world.call(key, "GET", "/v1/changes?subject=" + account + "&limit=1");
    EXPECT_EQ(changes.at("data.0.id"), shown.at("change_id"));
    EXPECT_EQ(changes.at("data.0.action"), "reveal");
    EXPECT_EQ(changes.at("data.0.actor"), "os:jo");
    EXPECT_EQ(changes.at("data.0.reason"), "the bank asks");
}

TEST(Reveals, need_their_scope_and_the_things_own_and_a_reason) {
    World world;
    const std::string key = world.key_of("main");
    const std::string account =
        world.call(key, "POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})").at("id");
    const std::string body = R"({"reason":"it is","subject":")" + account + "\"}";
    const auto ask = [&](std::string_view tenant, std::string_view scopes,
                         const std::string& with) {
        return world.call(world.key_of(tenant, scopes), "POST", "/v1/reveals", with).code();
    };
    EXPECT_EQ(ask("main", "accounts:read", body), "scope_missing");
    EXPECT_EQ(ask("main", "personal:read", body), "scope_missing");
    EXPECT_EQ(ask("rival", "accounts:read personal:read", body), "not_found");
    EXPECT_EQ(ask("main", "*", R"({"subject":"acc_01J5ZQ8M3X7KD"})"), "member_missing");
    EXPECT_EQ(ask("main", "*", R"({"reason":"it is","subject":"order-1"})"), "value_invalid");
    EXPECT_EQ(world.call(key, "GET", "/v1/changes?subject=" + account).count(), 0U)
        << "what was refused is no change";
}

TEST(Reveals, a_person_has_thirty_an_hour) {
    World world;
    const std::string key = world.key_of("main");
    const std::string account =
        world.call(key, "POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})").at("id");
    const std::string body = R"({"reason":"it is","subject":")" + account + "\"}";
    for (int i = 0; i < bounds::reveals_max; ++i)
        ASSERT_EQ(world.call(key, "POST", "/v1/reveals", body).status(), 200);
    EXPECT_EQ(world.call(key, "POST", "/v1/reveals", body).code(), "too_many_requests");
    EXPECT_EQ(world.call(world.key_of("main"), "POST", "/v1/reveals", body).status(), 200);
    world.clock.advance(bounds::reveal_window + std::chrono::seconds(1));
    EXPECT_EQ(world.call(key, "POST", "/v1/reveals", body).status(), 200);
}

TEST(Overview, each_figure_counts_what_its_list_shows) {
    World world;
    const std::string key = world.key_of("main");
    (void)world.call(key, "POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})");
    (void)world.call(key, "POST", "/v1/connectors", world.new_bank("bank"));
    for (const char* const payment : {R"("order-1","amount":{"value":"12.34","currency":"GBP"},
                                         "end_to_end_id":"E2E-000001")",
                                      R"("order-2","amount":{"value":"1.00","currency":"GBP"})",
                                      R"("order-3","amount":{"value":"7.00","currency":"EUR"})"})
        ASSERT_EQ(
            world
                .call(key, "POST", "/v1/payments",
                      std::string(R"({"payee":{"iban":"GB57CLRB04040100057354"},"client_id":)") +
                          payment + "}")
                .status(),
            201);
    (void)world.settle_at("bank", testing::money_in("T1", "E2E-000001"));
    (void)world.settle_at("bank", testing::money_in("T2", "E2E-UNKNOWN"));
    const Reply reply = world.call(key, "GET", "/v1/overview");
    ASSERT_EQ(reply.status(), 200) << reply.response.body;
    EXPECT_EQ(reply.at("from"), "2026-11-18T00:00:00.000Z");
    EXPECT_EQ(reply.at("to"), "2026-11-19T00:00:00.000Z");
    EXPECT_EQ(reply.at("money.1.currency"), "GBP");
    EXPECT_EQ(reply.at("money.1.settled.amount.value"), "12.34");
    EXPECT_EQ(reply.at("money.1.expected.amount.value"), "1.00");
    EXPECT_EQ(reply.at("money.0.expected.count"), "1");
    int checked = 0;
    for (std::size_t i = 0; i < 2; ++i)
        for (const char* const figure :
             {"expected", "partially_settled", "settled", "unmatched", "overdue", "in_review"}) {
            const std::string at = "money." + std::to_string(i) + "." + figure;
            const Reply list = world.call(key, "GET", reply.at(at + ".list"));
            ASSERT_EQ(list.status(), 200) << at << list.response.body;
            EXPECT_EQ(std::to_string(list.count()), reply.at(at + ".count")) << at;
            checked += reply.at(at + ".count") == "0" ? 0 : 1;
        }
    EXPECT_EQ(checked, 4);
}

TEST(Overview, a_day_begins_at_midnight_in_the_zone) {
    World world;
    const std::string key = world.key_of("main");
    const Reply summer =
        world.call(key, "GET", "/v1/overview?zone=Europe%2FLondon&from=2026-07-01");
    ASSERT_EQ(summer.status(), 200) << summer.response.body;
    EXPECT_EQ(summer.at("from"), "2026-06-30T23:00:00.000Z");
    EXPECT_EQ(summer.at("to"), "2026-07-01T23:00:00.000Z");
    const Reply shift = world.call(key, "GET", "/v1/overview?zone=Europe%2FLondon&from=2026-10-25");
    EXPECT_EQ(shift.at("to"), "2026-10-26T00:00:00.000Z") << "a day of 25 hours";
    for (const char* const query : {"zone=Nowhere", "from=x", "from=2026-07-02&to=2026-07-01"})
        EXPECT_EQ(world.call(key, "GET", std::string("/v1/overview?") + query).code(),
                  "parameter_invalid")
            << query;
}

} // namespace
} // namespace settled::api
