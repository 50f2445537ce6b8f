// Idempotency, endpoints, deliveries, connectors and API keys.
#include "api/testing.h"
#include "base/limits.h"
#include "store/queries/endpoints.h"
#include "store/queries/idempotency.h"
#include "store/queries/tasks.h"
#include "units/deliveries/endpoint_secret.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace settled::api {
namespace {

using testing::Headers;
using testing::Reply;
using testing::World;

class Changes : public ::testing::Test {
  protected:
    Changes() : key(world.key_of("main")) {}
    Reply call(std::string_view method, std::string_view target, std::string_view body = {},
               const Headers& headers = {}) {
        return world.call(key, method, target, body, headers);
    }
    // The endpoint's secret as the workers open it.
    std::string opened_secret(std::string_view id) {
        const EndpointId endpoint_id = *parse_id<EndpointIdTag>(id);
        const TenantId tenant = world.tenant("main");
        const auto row = world.write<std::optional<store::EndpointRow>>(
            [=](store::Session& s) { return store::find_endpoint(s, tenant, endpoint_id); });
        const auto secrets =
            units::open_endpoint_secrets(world.master, endpoint_id, row->sealed_secret, false);
        if (!secrets)
            return "";
        const Secret& one = secrets->signing.empty() ? secrets->credential : secrets->signing;
        return std::string(one.reveal());
    }
    std::string new_endpoint() {
        return call("POST", "/v1/endpoints", R"({"url":"https://partner.example/hook"})").at("id");
    }

    World world;
    std::string key;
};

const Headers once{{"Idempotency-Key", "k-1"}};
constexpr std::string_view account = R"({"iban":"GB57CLRB04040100057354"})";

TEST_F(Changes, the_same_key_and_request_get_the_same_answer_and_one_effect) {
    const Reply first = call("POST", "/v1/accounts", account, once);
    ASSERT_EQ(first.status(), 201) << first.response.body;
    EXPECT_FALSE(first.response.fields.find("Idempotent-Replayed").has_value());
    const Reply again = call("POST", "/v1/accounts", account, once);
    EXPECT_EQ(again.status(), 201);
    EXPECT_EQ(again.response.body, first.response.body);
    EXPECT_EQ(again.response.fields.find("Idempotent-Replayed"), "true");
    EXPECT_EQ(call("GET", "/v1/accounts").count(), 1U);
}

TEST_F(Changes, the_same_key_with_another_request_is_refused) {
    ASSERT_EQ(call("POST", "/v1/accounts", account, once).status(), 201);
    const Reply body = call("POST", "/v1/accounts", R"({"iban":"DE89370400440532013000"})", once);
    EXPECT_EQ(body.status(), 422);
    EXPECT_EQ(body.code(), "idempotency_key_reused");
    const Reply path = call("POST", "/v1/endpoints", R"({"url":"https://partner.example/"})", once);
    EXPECT_EQ(path.code(), "idempotency_key_reused");
    EXPECT_EQ(call("GET", "/v1/accounts").count(), 1U);
    EXPECT_EQ(call("GET", "/v1/endpoints").count(), 0U);
}

TEST_F(Changes, a_refused_call_leaves_its_key_free) {
    ASSERT_EQ(call("POST", "/v1/accounts", account).status(), 201);
    EXPECT_EQ(call("POST", "/v1/accounts", account, once).code(), "account_conflict");
    EXPECT_EQ(call("POST", "/v1/accounts", R"({"iban":"DE89370400440532013000"})", once).status(),
              201);
}

TEST_F(Changes, tenants_do_not_share_keys_of_requests) {
    const std::string theirs = world.key_of("rival");
    const Reply ours = call("POST", "/v1/accounts", account, once);
    const Reply other = world.call(theirs, "POST", "/v1/accounts", account, once);
    EXPECT_EQ(other.status(), 201);
    EXPECT_NE(other.at("id"), ours.at("id"));
}

TEST_F(Changes, an_unacceptable_idempotency_key_is_refused) {
    for (const Headers& headers :
         {Headers{{"Idempotency-Key", ""}}, Headers{{"Idempotency-Key", std::string(256, 'k')}},
          Headers{{"Idempotency-Key", "a\x80"}},
          Headers{{"Idempotency-Key", "a"}, {"Idempotency-Key", "a"}}})
        EXPECT_EQ(call("POST", "/v1/accounts", account, headers).code(), "idempotency_key_invalid");
}

TEST_F(Changes, a_saved_answer_holds_no_secret_in_clear) {
    const Reply made =
        call("POST", "/v1/endpoints", R"({"url":"https://partner.example/hook"})", once);
    const std::string secret = made.at("secret");
    ASSERT_TRUE(secret.starts_with("whsec_"));
    const TenantId tenant = world.tenant("main");
    const auto saved = world.write<std::optional<store::SavedAnswer>>(
        [=](store::Session& s) { return store::find_answer(s, tenant, "k-1"); });
    ASSERT_TRUE(saved.has_value());
    EXPECT_EQ(saved->body.find("whsec_"), std::string::npos);
    EXPECT_EQ(saved->body.find("partner"), std::string::npos);
    EXPECT_EQ(call("POST", "/v1/endpoints", R"({"url":"https://partner.example/hook"})", once)
                  .at("secret"),
              secret)
        << "its owner gets it again";
}

TEST_F(Changes, an_endpoints_secret_is_shown_once_and_kept_sealed) {
    const Reply made = call("POST", "/v1/endpoints", R"({"url":"https://partner.example/hook"})");
    ASSERT_EQ(made.status(), 201) << made.response.body;
    EXPECT_EQ(made.at("events.0"), "*");
    EXPECT_EQ(made.at("auth.type"), "signature");
    EXPECT_EQ(made.at("status"), "active");
    EXPECT_EQ(opened_secret(made.at("id")), made.at("secret"));
    const std::string path = "/v1/endpoints/" + made.at("id");
    for (const Reply& later : {call("GET", path), call("GET", "/v1/endpoints"),
                               call("PATCH", path, R"({"status":"disabled"})")}) {
        EXPECT_EQ(later.status(), 200);
        EXPECT_EQ(later.response.body.find("secret"), std::string::npos);
    }
    const auto id = *parse_id<EndpointIdTag>(made.at("id"));
    EXPECT_EQ(world.changed_endpoints, (std::vector{id, id}));
}

TEST_F(Changes, a_password_is_never_shown) {
    const std::string body =
        R"({"url":"https://partner.example/hook","events":["settlement.matched","test.ping"],
            "auth":{"type":"basic","username":"settled","password":"correct horse"}})";
    const Reply made = call("POST", "/v1/endpoints", body);
    ASSERT_EQ(made.status(), 201) << made.response.body;
    EXPECT_EQ(made.response.body.find("horse"), std::string::npos);
    EXPECT_EQ(made.at("auth.username"), "settled");
    EXPECT_EQ(made.at("events.1"), "test.ping");
    EXPECT_EQ(opened_secret(made.at("id")), "correct horse");
    EXPECT_EQ(call("PATCH", "/v1/endpoints/" + made.at("id"), R"({"rotate_secret":true})").code(),
              "state_conflict");
}

TEST_F(Changes, a_patch_changes_what_it_names_and_nothing_else) {
    const Reply made = call("POST", "/v1/endpoints", R"({"url":"https://partner.example/hook"})");
    const std::string path = "/v1/endpoints/" + made.at("id");
    EXPECT_EQ(call("PATCH", path, R"({"url":"https://partner.example/new"})").at("url"),
              "https://partner.example/new");
    EXPECT_EQ(call("PATCH", path, R"({"events":["test.ping"]})").at("events.0"), "test.ping");
    EXPECT_EQ(call("PATCH", path, R"({"status":"disabled"})").at("status"), "disabled");
    EXPECT_EQ(opened_secret(made.at("id")), made.at("secret"));
    const Reply rotated = call("PATCH", path, R"({"status":"active","rotate_secret":true})");
    EXPECT_EQ(rotated.at("status"), "active");
    EXPECT_NE(rotated.at("secret"), made.at("secret"));
    EXPECT_EQ(opened_secret(made.at("id")), rotated.at("secret"));
    EXPECT_EQ(rotated.at("url"), "https://partner.example/new");
    EXPECT_EQ(rotated.at("events.0"), "test.ping");
}

TEST_F(Changes, endpoints_that_cannot_be_are_refused) {
    const struct {
        std::string_view body;
        std::string_view code;
    } cases[] = {
        {R"({})", "member_missing"},
        {R"({"url":"http://partner.example/"})", "url_invalid"},
        {R"({"url":"https://user@partner.example/"})", "url_invalid"},
        {R"({"url":"ftp://partner.example/"})", "url_invalid"},
        {R"({"url":"https://127.0.0.1/"})", "address_forbidden"},
        {R"({"url":"https://[::1]/"})", "address_forbidden"},
        {R"({"url":"https://169.254.169.254/"})", "address_forbidden"},
        {R"({"url":"https://p.example/","events":[]})", "value_invalid"},
        {R"({"url":"https://p.example/","events":["settlement.lost"]})", "value_invalid"},
        {R"({"url":"https://p.example/","events":["*","test.ping"]})", "value_invalid"},
        {R"({"url":"https://p.example/","events":"*"})", "value_invalid"},
        {R"({"url":"https://p.example/","auth":{"type":"oauth"}})", "value_invalid"},
        {R"({"url":"https://p.example/","auth":{"type":"basic"}})", "member_missing"},
        {R"({"url":"https://p.example/","auth":{"type":"basic","username":"a:b","password":"x"}})",
         "value_invalid"},
        {R"({"url":"https://p.example/","auth":{"type":"signature","password":"x"}})",
         "member_unknown"},
        {R"({"url":"https://p.example/","auth":{"type":"signature","algorithms":["v2"]}})",
         "value_invalid"},
        {R"({"url":"https://p.example/","auth":{"type":"bearer"}})", "member_missing"},
        {R"({"url":"https://p.example/","auth":{"type":"headers","headers":{"Host":"x"}}})",
         "value_invalid"},
        {R"({"url":"https://p.example/","auth":{"type":"headers","headers":{"Webhook-Id":"x"}}})",
         "value_invalid"},
        {R"({"url":"https://p.example/","auth":{"type":"headers","headers":{"X-A":"a\nb"}}})",
         "value_invalid"},
        {R"({"url":"https://p.example/","auth":[{"type":"signature"},{"type":"rfc9421",
            "algorithm":"ed25519"}]})",
         "value_invalid"},
        {R"({"url":"https://p.example/","auth":{"type":"oauth2","token_url":"http://t.example/",
            "client_id":"a","client_secret":"b"}})",
         "url_invalid"},
        {R"({"url":"https://p.example/","trusted_ca":"none"})", "value_invalid"},
        {R"({"url":"https://p.example/","client_certificate":{"certificate":"x","key":"y"}})",
         "value_invalid"},
        {R"({"url":"https://p.example/","success":{}})", "value_invalid"},
        {R"({"url":"https://p.example/","success":{"status":[404]}})", "value_invalid"},
        {R"({"url":"https://p.example/","success":{"body":{"at":"x","is":"y"}}})", "value_invalid"},
        {R"({"url":"https://p.example/","success":{"signed_nonce":{"public_key":"x"}}})",
         "value_invalid"},
        {R"({"url":"https://p.example/","schedule":{"interval_seconds":29}})", "value_invalid"},
        {R"({"url":"https://p.example/","schedule":{"interval_seconds":82801}})", "value_invalid"},
        {R"({"url":"https://p.example/","schedule":{"batch":true}})", "member_missing"},
        {R"({"url":"https://p.example/","order":"time"})", "value_invalid"},
        {R"({"url":"https://p.example/","rate_per_second":0})", "value_invalid"},
        {R"({"url":"https://p.example/","concurrency":65})", "value_invalid"},
        {R"({"url":"https://p.example/","retry_after_seconds":[]})", "value_invalid"},
        {R"({"url":"https://p.example/","filter":[{"at":"/x"}]})", "value_invalid"},
        {R"({"url":"https://p.example/","status":"active"})", "member_unknown"},
        {R"({"url":"https://p.example/","secret":"whsec_x"})", "member_unknown"},
    };
    for (const auto& c : cases)
        EXPECT_EQ(call("POST", "/v1/endpoints", c.body).code(), c.code) << c.body;
    EXPECT_EQ(call("GET", "/v1/endpoints").count(), 0U);
    EXPECT_TRUE(world.changed_endpoints.empty());
}

TEST_F(Changes, a_tenant_has_a_bounded_number_of_endpoints) {
    for (std::size_t i = 0; i < limits::endpoints_per_tenant_default; ++i)
        ASSERT_FALSE(new_endpoint().empty());
    const Reply reply = call("POST", "/v1/endpoints", R"({"url":"https://partner.example/"})");
    EXPECT_EQ(reply.code(), "limit_reached");
    call("DELETE", "/v1/endpoints/" + call("GET", "/v1/endpoints").at("data.0.id"));
    EXPECT_FALSE(new_endpoint().empty()) << "deleted ones do not count";
}

TEST_F(Changes, only_the_endpoint_that_a_call_changed_is_loaded_again) {
    const std::string first = new_endpoint(), second = new_endpoint();
    world.changed_endpoints.clear();
    call("PATCH", "/v1/endpoints/" + second, R"({"rotate_secret":true})");
    const std::string ping = call("POST", "/v1/endpoints/" + first + "/ping").at("id");
    EXPECT_EQ(call("POST", "/v1/deliveries/" + ping + "/redeliver").status(), 202);
    call("DELETE", "/v1/endpoints/" + second);
    call("DELETE", "/v1/endpoints/" + second); // there is none any more
    const auto id = [](const std::string& text) { return *parse_id<EndpointIdTag>(text); };
    EXPECT_EQ(world.changed_endpoints, (std::vector{id(second), id(first), id(second)}));
}

TEST_F(Changes, a_deleted_endpoint_is_gone_and_owed_nothing) {
    const std::string id = new_endpoint();
    const std::string delivery = call("POST", "/v1/endpoints/" + id + "/ping").at("id");
    EXPECT_EQ(call("DELETE", "/v1/endpoints/" + id).status(), 204);
    EXPECT_EQ(call("GET", "/v1/endpoints/" + id).status(), 404);
    EXPECT_EQ(call("DELETE", "/v1/endpoints/" + id).status(), 404);
    EXPECT_EQ(call("PATCH", "/v1/endpoints/" + id, R"({"status":"active"})").status(), 404);
    EXPECT_EQ(call("GET", "/v1/endpoints").count(), 0U);
    EXPECT_EQ(call("GET", "/v1/deliveries/" + delivery).at("status"), "cancelled");
    EXPECT_EQ(call("POST", "/v1/deliveries/" + delivery + "/redeliver").code(), "state_conflict");
    EXPECT_EQ(opened_secret(id), "") << "its secret is not kept";
}

TEST_F(Changes, a_ping_is_an_event_with_a_delivery_that_starts_at_once) {
    const std::string id = new_endpoint();
    const Reply ping = call("POST", "/v1/endpoints/" + id + "/ping");
    EXPECT_EQ(ping.status(), 202);
    EXPECT_EQ(ping.at("status"), "queued");
    EXPECT_EQ(ping.at("endpoint_id"), id);
    const Reply event = call("GET", "/v1/events/" + ping.at("event_id"));
    EXPECT_EQ(event.at("type"), "test.ping");
    EXPECT_EQ(event.at("data.endpoint_id"), id);
    EXPECT_EQ(event.at("version"), "1");
    const auto note = world.next_note();
    ASSERT_TRUE(note.has_value());
    EXPECT_EQ(to_string(note->task), ping.at("id"));
    EXPECT_EQ(*note->body, event.response.body);
    const Reply again = call("POST", "/v1/endpoints/" + id + "/ping");
    EXPECT_EQ(call("GET", "/v1/events/" + again.at("event_id")).at("version"), "2");
    ASSERT_EQ(call("PATCH", "/v1/endpoints/" + id, R"({"status":"disabled"})").status(), 200);
    EXPECT_EQ(call("POST", "/v1/endpoints/" + id + "/ping").code(), "state_conflict");
    EXPECT_EQ(call("POST", "/v1/endpoints/" + id + "/ping", R"({"a":1})").code(), "value_invalid");
}

store::Step<std::int64_t> give_up(store::Session& s, TenantId tenant, TaskId task, Instant now) {
    co_await store::insert_attempt(s, tenant, task, {1, now, 1500, "http_500", 500, "went wrong"});
    (void)co_await store::update_task(s, tenant, task, domain::TaskStatus::dead, 1, now, now);
    co_return 0;
}

TEST_F(Changes, a_dead_delivery_is_delivered_again_with_its_body_and_its_count) {
    const Reply ping = call("POST", "/v1/endpoints/" + new_endpoint() + "/ping");
    const std::string path = "/v1/deliveries/" + ping.at("id");
    ASSERT_TRUE(world.next_note().has_value());
    const Reply queued = call("POST", path + "/redeliver");
    EXPECT_EQ(queued.at("status"), "queued") << "a worker has it";
    EXPECT_EQ(queued.at("attempts_made"), "0");
    const TaskId task = *parse_id<TaskIdTag>(ping.at("id"));
    const TenantId tenant = world.tenant("main");
    (void)world.write<std::int64_t>(
        [=, now = world.clock.now()](store::Session& s) { return give_up(s, tenant, task, now); });
    const Reply dead = call("GET", path);
    EXPECT_EQ(dead.at("status"), "dead");
    EXPECT_EQ(dead.at("due_at"), "");
    EXPECT_EQ(dead.at("attempts.0.outcome"), "http_500");
    EXPECT_EQ(dead.at("attempts.0.http_status"), "500");
    EXPECT_EQ(call("GET", "/v1/deliveries?status=dead").count(), 1U);
    EXPECT_EQ(call("GET", "/v1/deliveries?status=done").count(), 0U);
    EXPECT_EQ(call("GET", "/v1/deliveries?event=" + ping.at("event_id")).count(), 1U);
    EXPECT_EQ(call("GET", "/v1/deliveries?endpoint=" + ping.at("endpoint_id")).count(), 1U);

    const Reply again = call("POST", path + "/redeliver", "", once);
    EXPECT_EQ(again.status(), 202) << again.response.body;
    EXPECT_EQ(again.at("status"), "queued");
    EXPECT_NE(again.at("due_at"), "");
    const auto note = world.next_note();
    ASSERT_TRUE(note.has_value());
    EXPECT_EQ(note->task, task);
    EXPECT_EQ(note->attempts, 1);
    EXPECT_EQ(*note->body, call("GET", "/v1/events/" + ping.at("event_id")).response.body);
    EXPECT_EQ(call("POST", path + "/redeliver", "", once).response.body, again.response.body);
}

TEST_F(Changes, a_connector_is_added_shown_and_changed) {
    const Reply made = call("POST", "/v1/connectors", world.new_connector("bank"));
    ASSERT_EQ(made.status(), 201) << made.response.body;
    EXPECT_EQ(made.at("hook_path"), "/hooks/bank");
    EXPECT_EQ(made.at("retention_days"), "15");
    EXPECT_EQ(made.at("bank_keys.0.fingerprint").size(), 64U);
    const Reply patched = call("PATCH", "/v1/connectors/bank", R"({"retention_days":30})");
    EXPECT_EQ(patched.at("retention_days"), "30");
    EXPECT_EQ(patched.at("signing_key"), made.at("signing_key"));
    EXPECT_EQ(call("GET", "/v1/connectors").at("data.0.retention_days"), "30");
    EXPECT_EQ(world.connectors_changed, 2);
    const Reply twice = call("POST", "/v1/connectors", world.new_connector("bank"));
    EXPECT_EQ(twice.code(), "connector_conflict");
    EXPECT_NE(twice.at("detail").find("PATCH /v1/connectors/bank"), std::string::npos);
    EXPECT_EQ(call("PATCH", "/v1/connectors/other", R"({"retention_days":30})").status(), 404);
    EXPECT_EQ(world.connectors_changed, 2);
}

TEST_F(Changes, connectors_that_cannot_be_are_refused) {
    const std::string good = world.new_connector("good");
    const auto with = [&](std::string_view from, std::string_view to) {
        std::string body = good;
        const std::size_t at = body.find(from);
        return at == body.npos ? "no such text" : body.replace(at, from.size(), to);
    };
    const struct {
        std::string body;
        std::string_view code;
        std::string_view member;
    } cases[] = {
        {with("\"good\"", "\"Bad Name\""), "value_invalid", "name"},
        {with("clearbank", "otherbank"), "value_invalid", "kind"},
        {with("BEGIN PUBLIC", "BEGIN PRIVATE"), "value_invalid", "bank_keys"},
        {with("file:", "env:"), "value_invalid", "signing_key"},
        {with("file:", "ftp:"), "value_invalid", "signing_key"},
        {with("good.pem", "missing.pem"), "value_invalid", "signing_key"},
        {with("\"kind\"", "\"retention_days\":0,\"kind\""), "value_invalid", "retention_days"},
        {with("\"kind\"", "\"retention_days\":1.5,\"kind\""), "value_invalid", "retention_days"},
        {with("\"kind\"", "\"color\":0,\"kind\""), "member_unknown", "color"},
        {R"({"name":"a","kind":"clearbank"})", "member_missing", "bank_keys"},
    };
    for (const auto& c : cases) {
        const Reply reply = call("POST", "/v1/connectors", c.body);
        EXPECT_EQ(reply.code(), c.code) << c.member << c.body;
        EXPECT_TRUE(reply.at("detail").starts_with(c.member)) << reply.at("detail");
        EXPECT_EQ(reply.at("detail").find(world.directory), std::string::npos);
    }
    EXPECT_EQ(call("GET", "/v1/connectors").count(), 0U);
}

TEST_F(Changes, a_described_connector_is_kept_as_it_was_written) {
    const std::string path = world.keep_secret("secret", "sixteen bytes or more");
    const std::string signature =
        R"({"scheme":"hmac","header":"X-Sig","secrets":["file:)" + path + R"("]})";
    const std::string mapping = R"({"type":"/t","id":"/i","settlement":{
        "when":[{"at":"/t","is":["in"]}],"transaction_id":"/i","amount":"/a","amount_form":"minor",
        "currency":"/c","settled_at":"/at","account":{"iban":"/to"}}})";
    const auto body = [](std::string_view kind, const std::string& members) {
        return R"({"name":"other","kind":")" + std::string(kind) + R"(",)" + members + "}";
    };
    const std::string both = R"("signature":)" + signature + R"(,"mapping":)" + mapping;
    const struct {
        std::string body;
        std::string_view code, member;
    } refused[] = {
        {body("mapped", R"("mapping":)" + mapping), "member_missing", "signature"},
        {body("mapped", R"("signature":)" + signature), "member_missing", "mapping"},
        {body("mapped", both + R"(,"signing_key":"file:)" + path + R"(")"), "value_invalid",
         "kind"},
        {body("clearbank", both), "value_invalid", "kind"},
        {body("mapped", R"("mapping":{"type":"t"},"signature":)" + signature), "value_invalid",
         "mapping"},
        {body("mapped", R"("signature":{"scheme":"none"},"mapping":)" + mapping), "value_invalid",
         "signature"},
        {body("mapped", R"("signature":{"scheme":"hmac","header":"S","secrets":["file:/no/such"]})"
                        R"(,"mapping":)" +
                            mapping),
         "value_invalid", "signature"},
    };
    for (const auto& c : refused) {
        const Reply reply = call("POST", "/v1/connectors", c.body);
        EXPECT_EQ(reply.code(), c.code) << c.body;
        EXPECT_TRUE(reply.at("detail").starts_with(c.member)) << reply.at("detail");
    }
    const Reply made = call("POST", "/v1/connectors", body("mapped", both));
    ASSERT_EQ(made.status(), 201) << made.response.body;
    EXPECT_EQ(made.at("mapping.settlement.amount_form"), "minor");
    EXPECT_EQ(made.at("signature.header"), "X-Sig");
    EXPECT_EQ(
        call("PATCH", "/v1/connectors/other", R"({"signing_key":"file:)" + path + R"("})").status(),
        422);
    EXPECT_EQ(
        call("PATCH", "/v1/connectors/other", R"({"retention_days":30})").at("retention_days"),
        "30");
}

TEST_F(Changes, an_api_key_is_shown_once_and_gives_only_what_its_maker_has) {
    const std::string some = world.key_of("main", "admin payments:read");
    const Reply made =
        world.call(some, "POST", "/v1/api-keys", R"({"name":"shop","scopes":["payments:read"]})");
    ASSERT_EQ(made.status(), 201) << made.response.body;
    const std::string text = made.at("key");
    EXPECT_TRUE(text.starts_with(made.at("hint")));
    EXPECT_EQ(world.call(text, "GET", "/v1/payments").status(), 200);
    const Reply list = world.call(some, "GET", "/v1/api-keys");
    EXPECT_EQ(list.at("data.0.name"), "shop");
    EXPECT_EQ(list.response.body.find(text), std::string::npos);
    const struct {
        std::string_view body;
        std::string_view code;
    } cases[] = {
        {R"({"name":"x","scopes":["payments:write"]})", "scope_missing"},
        {R"({"name":"x","scopes":["*"]})", "scope_missing"},
        {R"({"name":"x","scopes":["payments:all"]})", "value_invalid"},
        {R"({"name":"x","scopes":["payments:read admin"]})", "value_invalid"},
        {R"({"name":"x","scopes":[""]})", "value_invalid"},
        {R"({"name":"x","scopes":[]})", "value_invalid"},
        {R"({"name":"x"})", "member_missing"},
        {R"({"scopes":["admin"]})", "member_missing"},
    };
    for (const auto& c : cases)
        EXPECT_EQ(world.call(some, "POST", "/v1/api-keys", c.body).code(), c.code) << c.body;
}

TEST_F(Changes, a_key_is_rotated_and_the_old_one_works_on_for_a_while) {
    const std::string admin = world.key_of("main", "admin payments:read");
    const Reply old =
        world.call(admin, "POST", "/v1/api-keys", R"({"name":"shop","scopes":["payments:read"]})");
    const std::string path = "/v1/api-keys/" + old.at("id") + "/rotate";
    const Reply fresh = world.call(admin, "POST", path, R"({"overlap_seconds":3600})");
    ASSERT_EQ(fresh.status(), 201) << fresh.response.body;
    EXPECT_EQ(fresh.at("name"), "shop");
    EXPECT_EQ(fresh.at("scopes.0"), "payments:read");
    EXPECT_EQ(fresh.at("expires_at"), "");
    EXPECT_NE(fresh.at("key"), old.at("key"));
    for (const std::string& key : {old.at("key"), fresh.at("key")})
        EXPECT_EQ(world.call(key, "GET", "/v1/payments").status(), 200);
    world.clock.advance(std::chrono::seconds(3599));
    EXPECT_EQ(world.call(old.at("key"), "GET", "/v1/payments").status(), 200);
    world.clock.advance(std::chrono::seconds(1));
    EXPECT_EQ(world.call(old.at("key"), "GET", "/v1/payments").code(), "credentials_invalid");
    EXPECT_EQ(world.call(fresh.at("key"), "GET", "/v1/payments").status(), 200);
    EXPECT_EQ(world.call(admin, "POST", path, "{}").code(), "not_found") << "it is no live key";
}

TEST_F(Changes, a_rotation_gives_nothing_that_its_caller_has_not) {
    const std::string all = world.key_of("main");
    const std::string admin = world.key_of("main", "admin");
    const Reply strong =
        world.call(all, "POST", "/v1/api-keys", R"({"name":"all","scopes":["*"]})");
    const std::string path = "/v1/api-keys/" + strong.at("id") + "/rotate";
    EXPECT_EQ(world.call(admin, "POST", path, "{}").code(), "scope_missing");
    EXPECT_EQ(world.call(all, "POST", path, R"({"overlap_seconds":604801})").code(),
              "value_invalid");
    EXPECT_EQ(world.call(all, "POST", path, R"({"overlap_seconds":0})").status(), 201);
    EXPECT_EQ(world.call(strong.at("key"), "GET", "/v1/payments").status(), 401);
}

TEST_F(Changes, a_key_that_is_made_to_expire_does) {
    const Reply made = world.call(world.key_of("main"), "POST", "/v1/api-keys",
                                  R"({"name":"x","scopes":["*"],"expires_in_seconds":60})");
    ASSERT_EQ(made.status(), 201) << made.response.body;
    EXPECT_NE(made.at("expires_at"), "");
    EXPECT_EQ(world.call(made.at("key"), "GET", "/v1/payments").status(), 200);
    const std::string path = "/v1/api-keys/" + made.at("id") + "/rotate";
    const Reply next = world.call(made.at("key"), "POST", path, "{}");
    EXPECT_EQ(next.at("expires_at"), made.at("expires_at")) << "it lives as long as the old one";
    world.clock.advance(std::chrono::seconds(60));
    for (const std::string& key : {made.at("key"), next.at("key")})
        EXPECT_EQ(world.call(key, "GET", "/v1/payments").status(), 401);
}

TEST_F(Changes, a_revoked_key_is_refused_at_once) {
    const std::string other = world.key_of("main");
    const std::string id = call("GET", "/v1/api-keys").at("data.0.id");
    ASSERT_EQ(world.call(other, "GET", "/v1/payments").status(), 200);
    EXPECT_EQ(call("DELETE", "/v1/api-keys/" + id).status(), 204);
    EXPECT_EQ(world.call(other, "GET", "/v1/payments").status(), 401);
    EXPECT_NE(call("GET", "/v1/api-keys").at("data.0.revoked_at"), "");
    EXPECT_EQ(call("DELETE", "/v1/api-keys/" + id).status(), 404);
}

} // namespace
} // namespace settled::api
