// Who may do what: generated from the table of routes, so that a new route is tested or fails here.
#include "api/bounds.h"
#include "api/key_text.h"
#include "api/routes.h"
#include "api/testing.h"

#include "domain/event.h"
#include "store/queries/money/bacs.h"
#include "store/queries/money/postings.h"
#include "store/queries/money/reviews.h"
#include "units/deliveries/publish.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace settled::api {
namespace {

using testing::Reply;
using testing::World;

// A path of the route: {…} replaced.
std::string path_of(const Route& route, std::string_view id) {
    std::string path(route.pattern);
    const std::size_t begin = path.find('{');
    if (begin != path.npos)
        path.replace(begin, path.find('}') - begin + 1, id);
    return path;
}

std::string name_of(const Route& route) {
    return std::string(route.method) + " " + std::string(route.pattern);
}

// Every scope but one, and those that include it.
std::string scopes_without(Scope left_out) {
    std::string scopes;
    for (int i = 1; i <= static_cast<int>(Scope::personal_read); ++i)
        if (const auto scope = static_cast<Scope>(i); !ScopeSet::parse(token(scope))->has(left_out))
            scopes += (scopes.empty() ? "" : " ") + std::string(token(scope));
    return scopes;
}

// A posting as it is made for money that arrived.
store::PostingRow new_posting(PostingId id, Instant now) {
    store::PostingRow row;
    row.id = id;
    row.connector = ConnectorId{1};
    row.kind = domain::PostingKind::repayment;
    row.cause = "settlement:1";
    row.loan_account_id = "LN-4711";
    row.subject = domain::PostingSubject::settlement;
    row.subject_id = 1;
    row.amount = *parse_money("12.34", *Currency::parse("GBP"));
    row.scheme = "fps";
    row.value_at = row.created_at = row.updated_at = now;
    return row;
}

// What comes about without a request of the tenant: an event, a review and a posting.
struct Made {
    ReviewId review;
    PostingId posting;
};

store::Step<std::int64_t> make_of_itself(store::Session& s, const units::Context& context,
                                         TenantId tenant, Instant now, Made ids) {
    (void)co_await store::insert_posting(s, tenant, new_posting(ids.posting, now));
    co_await store::insert_review(s, tenant,
                                  {ids.review, std::string(store::review_webhook_unreadable), 1,
                                   "open", R"({"reason":"test"})", now, std::nullopt});
    const auto event =
        domain::unmatched_event(context.ids.next<EventId>(), domain::Settlement{}, now);
    co_await units::publish_event(s, context, tenant, event);
    co_return 0;
}

constexpr const char* new_statement =
    R"({"account":"GB57CLRB04040100057354","from":"2026-11-20","to":"2026-11-20","currency":"GBP",
        "credits":{"count":1,"amount":{"value":"1.00","currency":"GBP"}},
        "debits":{"count":0,"amount":{"value":"0.00","currency":"GBP"}},
        "digest":"5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"})";
constexpr const char* statement_entries =
    R"({"first":1,"entries":[{"booked_on":"2026-11-20","direction":"credit",
        "amount":{"value":"1.00","currency":"GBP"}}]})";

constexpr const char* new_order =
    R"({"client_id":"payout-17","connector":"bank","scheme":"fps",
        "amount":{"value":"100.00","currency":"GBP"},"debtor":{"iban":"GB57CLRB04040100057354"},
        "creditor":{"name":"Ann Lee","sort_code":"601613","account_number":"31926819"}})";
constexpr const char* new_link =
    R"({"connector":"bank","loan_account_id":"LN-4711","owner_name":"Ann Lee"})";

std::string new_platform(World& world) {
    return R"({"name":"platform","kind":"clearmatch","webhook_username":"platform",)"
           R"("webhook_password":"file:)" +
           world.keep_secret("platform.password", "correct-horse-battery") + "\"}";
}

BacsItemId announce_bacs_credit(World& world) {
    domain::BacsItem item;
    item.id = world.ids.next<BacsItemId>();
    item.bank_id = "b-1";
    item.amount = {2'550, Currency::parse("GBP").value()};
    const TenantId main = world.tenant("main");
    EXPECT_TRUE(world.write<bool>(
        [main, item](store::Session& s) { return store::insert_bacs_item(s, main, item); }));
    return item.id;
}

// One object of each kind, of tenant `main`: by the first part of a route's path behind /v1.
std::map<std::string, std::string> objects_of_main(World& world, const std::string& key) {
    std::map<std::string, std::string> ids;
    ids["accounts"] =
        world.call(key, "POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})").at("id");
    ids["payments"] =
        world
            .call(key, "POST", "/v1/payments",
                  R"({"client_id":"order-1","amount":{"value":"12.34","currency":"GBP"},
                                     "end_to_end_id":"E2E-000001",
                                     "payee":{"iban":"GB57CLRB04040100057354"}})")
            .at("id");
    ids["endpoints"] =
        world.call(key, "POST", "/v1/endpoints", R"({"url":"https://partner.example/hook"})")
            .at("id");
    ids["redeliveries"] = world
                              .call(key, "POST", "/v1/endpoints/" + ids["endpoints"] + "/recover",
                                    R"({"dry_run":true})")
                              .at("id");
    ids["purges"] =
        world.call(key, "POST", "/v1/purges", R"({"older_than_days":400,"dry_run":true})").at("id");
    ids["consumers"] = world.call(key, "PUT", "/v1/consumers/books", "{}").at("name");
    ids["connectors"] =
        world.call(key, "POST", "/v1/connectors", world.new_bank("bank")).at("name");
    ids["webhooks"] = to_string(world.settle_at("bank", testing::money_in("T1", "E2E-000001")));
    const Made made{world.ids.next<ReviewId>(), world.ids.next<PostingId>()};
    const TenantId main = world.tenant("main");
    const Instant now = world.clock.now();
    (void)world.write<std::int64_t>([&world, main, now, made](store::Session& s) {
        return make_of_itself(s, world.context, main, now, made);
    });
    ids["reviews"] = to_string(made.review);
    ids["postings"] = to_string(made.posting);
    for (const char* kind : {"settlements", "matches", "events", "deliveries"})
        ids[kind] = world.call(key, "GET", std::string("/v1/") + kind).at("data.0.id");
    ids["statements"] = world.call(key, "POST", "/v1/statements", new_statement).at("id");
    ids["api-keys"] = world.call(key, "GET", "/v1/api-keys").at("data.0.id");
    ids["orders"] = world.call(key, "POST", "/v1/orders", new_order).at("id");
    ids["links"] = world.call(key, "POST", "/v1/links", new_link).at("id");
    ids["returns"] =
        world
            .call(key, "POST", "/v1/returns",
                  R"({"reason":"other","settlement_id":")" + ids["settlements"] + R"("})")
            .at("id");
    ids["catch-ups"] = world.call(key, "POST", "/v1/catch-ups", R"({"connector":"bank"})").at("id");
    ids["statement-requests"] = world
                                    .call(key, "POST", "/v1/statement-requests",
                                          R"({"connector":"bank","date":"2026-11-17"})")
                                    .at("id");
    (void)world.call(key, "POST", "/v1/connectors", new_platform(world));
    world.tell("platform", "application.changed",
               domain::NotificationFact{"APP-1", "application.changed", "2026-11-18T09:00:00Z",
                                        std::nullopt, "", R"({"id":"APP-1"})"});
    ids["notifications"] = world.call(key, "GET", "/v1/notifications").at("data.0.id");
    ids["calls"] = world.call(key, "GET", "/v1/calls").at("data.0.id");
    (void)world.call(key, "PUT", "/v1/institutions/seeds",
                     R"({"institutions":[{"institution_id":"monzo","reference_chars_max":18}]})");
    ids["institutions"] = "monzo";
    ids["timeline"] = ids["payments"];
    ids["operators"] =
        world
            .call(key, "POST", "/v1/operators",
                  R"({"username":"ann","password":"a long password","role":"viewer"})")
            .at("id");
    ids["portal-links"] =
        world.call(key, "POST", "/v1/endpoints/" + ids["endpoints"] + "/portal-links", "{}")
            .at("id");
    ids["bacs-items"] = to_string(announce_bacs_credit(world));
    return ids;
}

std::string kind_of(const Route& route) {
    const std::string_view rest = route.pattern.substr(std::string_view("/v1/").size());
    return std::string(rest.substr(0, rest.find('/')));
}

TEST(Access, no_route_answers_without_a_key) {
    World world;
    for (const Route& route : routes()) {
        const Reply reply = world.call("", route.method, path_of(route, "x"));
        EXPECT_EQ(reply.status(), 401) << name_of(route);
        EXPECT_EQ(reply.code(), "credentials_missing") << name_of(route);
        EXPECT_TRUE(reply.response.fields.find("WWW-Authenticate")->starts_with("Bearer"));
    }
}

TEST(Access, a_wrong_key_a_revoked_one_and_an_unknown_one_get_the_same_answer) {
    World world;
    const std::string admin = world.key_of("main");
    const std::string revoked = world.key_of("main");
    const std::string id = world.call(admin, "GET", "/v1/api-keys").at("data.0.id");
    ASSERT_EQ(world.call(admin, "DELETE", "/v1/api-keys/" + id).status(), 204);
    std::string damaged = admin;
    damaged.back() = damaged.back() == 'A' ? 'B' : 'A';
    SeededRng other(1);
    const std::string unknown(generate_key_text(other).reveal());
    for (const Route& route : routes()) {
        const std::string path = path_of(route, "x");
        const Reply first = world.call(revoked, route.method, path);
        EXPECT_EQ(first.code(), "credentials_invalid") << name_of(route);
        for (const std::string& key : {damaged, unknown, std::string("sk_"), std::string("x")})
            EXPECT_EQ(world.call(key, route.method, path).response.body, first.response.body)
                << name_of(route) << key;
    }
}

TEST(Access, other_schemes_than_bearer_are_refused) {
    World world;
    const std::string key = world.key_of("main");
    for (const std::string& header :
         {"Basic " + key, key, std::string("Bearer"), "Bearer  " + key, "Bearer " + key + " "})
        EXPECT_EQ(world.call("", "GET", "/v1/payments", "", {{"Authorization", header}}).code(),
                  "credentials_invalid")
            << header;
    EXPECT_EQ(
        world.call("", "GET", "/v1/payments", "", {{"authorization", "bearer " + key}}).status(),
        200);
}

TEST(Access, every_other_scope_together_does_not_open_a_route) {
    World world;
    std::map<Scope, std::string> keys;
    for (const Route& route : routes()) {
        std::string& key = keys[route.scope];
        if (key.empty())
            key = world.key_of("main", scopes_without(route.scope));
        const Reply reply = world.call(key, route.method, path_of(route, "x"));
        EXPECT_EQ(reply.status(), 403) << name_of(route);
        EXPECT_EQ(reply.code(), "scope_missing") << name_of(route);
    }
}

TEST(Access, the_scope_of_a_route_is_enough) {
    World world;
    std::map<Scope, std::string> keys;
    for (const Route& route : routes()) {
        std::string& key = keys[route.scope];
        if (key.empty())
            key = world.key_of("main", token(route.scope));
        const int status = world.call(key, route.method, path_of(route, "x")).status();
        EXPECT_TRUE(status != 401 && status != 403) << name_of(route) << status;
    }
}

// A valid body, except that the object it names does not exist.
std::string body_for(const Route& route) {
    if (route.method == "PATCH" || route.pattern.ends_with("/recover"))
        return "{}";
    if (route.pattern.ends_with("/cursor"))
        return R"({"after":"end"})";
    if (route.pattern.ends_with("/accept"))
        return R"({"payment_id":"order-1","reason":"it is"})";
    if (route.pattern.ends_with("/split") || route.pattern.ends_with("/match"))
        return R"({"payments":[{"payment_id":"order-1"}],"reason":"it is"})";
    if (route.pattern.ends_with("/reject") || route.pattern.ends_with("/close") ||
        route.pattern.ends_with("/undo") || route.pattern.ends_with("/pause"))
        return R"({"reason":"it is"})";
    if (route.pattern.ends_with("/decide"))
        return R"({"decision":"close","reason":"it is"})";
    if (route.pattern.ends_with("/rotate") || route.pattern.ends_with("/portal-links"))
        return "{}";
    if (route.pattern.starts_with("/v1/orders/") && route.pattern.ends_with("/retry"))
        return R"({"client_id":"payout-18"})";
    if (route.method == "POST" && route.pattern.ends_with("/entries"))
        return statement_entries;
    return "";
}

// Whether it answers with a page of the caller's objects, which is empty for a new tenant.
bool is_list(const Route& route) {
    static const std::set<std::string_view> others{
        "/v1/api-keys",        // the caller has one
        "/v1/audit/head",      // a digest
        "/v1/event-types",     // the same for all
        "/v1/calls/held",      // whether there are any
        "/v1/feed",            // a stream that does not end
        "/v1/status",          // of each kind, how many
        "/v1/overview",        // likewise
        "/v1/series",          // of a metric
        "/v1/changes",         // that its key was made
        "/v1/reconciliation"}; // of one account: the next test
    return route.method == "GET" && !others.contains(route.pattern);
}

TEST(Access, an_object_of_another_tenant_does_not_exist) {
    World world;
    const std::string ours = world.key_of("main");
    const std::string theirs = world.key_of("rival");
    const auto ids = objects_of_main(world, ours);
    for (const Route& route : routes()) {
        const std::string kind = kind_of(route);
        if (route.pattern.find('{') == route.pattern.npos) {
            if (is_list(route)) {
                const Reply reply = world.call(theirs, "GET", route.pattern);
                ASSERT_EQ(reply.status(), 200) << name_of(route) << reply.response.body;
                EXPECT_EQ(reply.count(), 0U) << name_of(route);
            }
            continue;
        }
        if (route.method == "PUT")
            continue; // it makes an object of the caller's own
        ASSERT_TRUE(ids.contains(kind) && !ids.at(kind).empty())
            << "no object for " << name_of(route);
        const std::string body = body_for(route);
        const Reply reply = world.call(theirs, route.method, path_of(route, ids.at(kind)), body);
        EXPECT_EQ(reply.status(), 404) << name_of(route) << reply.response.body;
        EXPECT_EQ(reply.code(), "not_found") << name_of(route);
        if (route.method == "GET") {
            EXPECT_EQ(world.call(ours, "GET", path_of(route, ids.at(kind))).status(), 200)
                << name_of(route);
        }
    }
}

TEST(Access, the_books_of_another_tenants_account_do_not_exist) {
    World world;
    const std::string ours = world.key_of("main");
    const std::string theirs = world.key_of("rival");
    (void)objects_of_main(world, ours);
    const std::string books = "/v1/reconciliation?date=2026-11-20&account=GB57CLRB04040100057354";
    const Reply known = world.call(ours, "GET", books);
    ASSERT_EQ(known.status(), 200) << known.response.body;
    EXPECT_NE(known.at("statements.0.statement_id"), "");
    EXPECT_EQ(world.call(theirs, "GET", books).code(), "account_unknown");
    (void)world.call(theirs, "POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})");
    const Reply own = world.call(theirs, "GET", books);
    ASSERT_EQ(own.status(), 200) << own.response.body;
    EXPECT_EQ(own.root().member("statements")->size(), 0U);
}

TEST(Access, the_operator_needs_no_key_and_names_the_tenant) {
    World world;
    EXPECT_EQ(world.operate("GET", "/v1/payments").status(), 200);
    EXPECT_EQ(world.operate("GET", "/v1/payments?tenant=main").status(), 200);
    EXPECT_EQ(world.operate("GET", "/v1/payments?tenant=nobody").code(), "not_found");
    EXPECT_EQ(world.operate("GET", "/v1/payments?tenant=A%20B").code(), "parameter_invalid");
    const std::string key = world.key_of("new-one");
    EXPECT_EQ(world.call(key, "GET", "/v1/payments").status(), 200);
    EXPECT_EQ(world.operate("GET", "/v1/payments?tenant=new-one").status(), 200);
}

TEST(Access, a_key_cannot_name_a_tenant) {
    World world;
    const std::string key = world.key_of("main");
    EXPECT_EQ(world.call(key, "GET", "/v1/payments?tenant=main").code(), "parameter_invalid");
}

TEST(Access, a_key_that_another_server_revoked_is_remembered_for_seconds_only) {
    World world;
    const std::string key = world.key_of("main");
    ASSERT_EQ(world.call(key, "GET", "/v1/payments").status(), 200);
    const std::string id = world.call(key, "GET", "/v1/api-keys").at("data.0.id");
    std::unique_ptr<Api> here = std::exchange(world.api, world.another_api());
    ASSERT_EQ(world.operate("DELETE", "/v1/api-keys/" + id).status(), 204);
    EXPECT_EQ(world.call(key, "GET", "/v1/payments").code(), "credentials_invalid");

    world.api = std::move(here);
    EXPECT_EQ(world.call(key, "GET", "/v1/payments").status(), 200) << "remembered";
    world.clock.advance(bounds::cached_key_kept);
    EXPECT_EQ(world.call(key, "GET", "/v1/payments").code(), "credentials_invalid");
}

TEST(KeyText, has_a_checksum_that_finds_every_single_wrong_letter) {
    SeededRng rng(7);
    for (int round = 0; round < 20; ++round) {
        const std::string text(generate_key_text(rng).reveal());
        ASSERT_TRUE(is_key_text(text)) << text;
        for (std::size_t i = 0; i < text.size(); ++i) {
            std::string wrong = text;
            wrong[i] = wrong[i] == 'x' ? 'y' : 'x';
            EXPECT_FALSE(is_key_text(wrong)) << wrong;
        }
    }
    EXPECT_FALSE(is_key_text(""));
    EXPECT_FALSE(is_key_text("sk_"));
}

} // namespace
} // namespace settled::api
