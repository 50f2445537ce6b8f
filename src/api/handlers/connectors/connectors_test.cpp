// Connectors whose API is called: their settings, and what stops their calls.
#include "api/testing.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <filesystem>

namespace settled::api {
namespace {

using testing::Reply;
using testing::World;

class Connectors : public ::testing::Test {
  protected:
    Connectors() : key(world.key_of("main")) {}
    Reply call(std::string_view method, std::string_view target, std::string_view body = {}) {
        return world.call(key, method, target, body);
    }
    Reply add(std::string_view more = "") {
        return call("POST", "/v1/connectors", world.new_bank("bank", more));
    }
    Reply patch(std::string_view body) { return call("PATCH", "/v1/connectors/bank", body); }
    Reply get() { return call("GET", "/v1/connectors/bank"); }

    World world;
    std::string key;
};

TEST_F(Connectors, an_api_is_described_once_and_its_accounts_are_listed_at_once) {
    const Reply made =
        add(R"(,"order_max":"50000.00","day_max":"500000","enforce_send_to_scheme":true)");
    ASSERT_EQ(made.status(), 201) << made.response.body;
    EXPECT_EQ(made.at("api_url"), "https://bank.example");
    EXPECT_EQ(made.at("api_token"), "file:bank.token");
    EXPECT_EQ(made.at("institution_account"), "c1f2a3");
    EXPECT_EQ(made.at("order_max"), "50000.00");
    EXPECT_EQ(made.at("day_max"), "500000.00");
    EXPECT_EQ(made.at("enforce_send_to_scheme"), "true");
    EXPECT_EQ(made.at("transliterate"), "false");
    EXPECT_EQ(made.at("failing"), "false");
    EXPECT_EQ(made.at("paused_until"), "");
    EXPECT_EQ(made.response.body.find("token-of-the-bank"), std::string::npos);
    EXPECT_EQ(get().response.body, made.response.body);
    const Reply calls = call("GET", "/v1/calls?status=queued");
    EXPECT_EQ(calls.count(), 2U);
    EXPECT_EQ(calls.at("data.0.purpose"), "list_accounts");
    EXPECT_EQ(calls.at("data.1.purpose"), "find_account");
    EXPECT_EQ(patch(R"({"retention_days":30})").status(), 200);
    EXPECT_EQ(call("GET", "/v1/calls").count(), 2U) << "they are listed once";
    EXPECT_EQ(call("GET", "/v1/connectors/other").status(), 404);
}

TEST_F(Connectors, an_api_is_added_to_a_connector_that_only_received) {
    ASSERT_EQ(call("POST", "/v1/connectors", world.new_connector("bank")).status(), 201);
    EXPECT_EQ(get().at("api_url"), "");
    (void)world.keep_secret("bank.token", "token-of-the-bank");
    EXPECT_EQ(patch(R"({"debtor_name":"Lender Ltd"})").code(), "value_invalid");
    EXPECT_EQ(patch(R"({"api_url":"https://bank.example"})").code(), "value_invalid");
    const Reply added = patch(R"({"api_url":"https://bank.example/","institution_account":"c1",
                                  "api_token":"file:bank.token"})");
    ASSERT_EQ(added.status(), 200) << added.response.body;
    EXPECT_EQ(added.at("api_url"), "https://bank.example");
    EXPECT_EQ(call("GET", "/v1/calls").count(), 2U);
    EXPECT_EQ(patch(R"({"order_max":"10.00"})").at("order_max"), "10.00");
    EXPECT_EQ(patch(R"({"order_max":"0"})").at("order_max"), "");
}

TEST_F(Connectors, settings_that_cannot_be_are_refused) {
    (void)world.keep_secret("two.token", "two words");
    ASSERT_EQ(add().status(), 201);
    const struct {
        std::string_view member;
        std::string_view value;
        std::string_view code;
    } cases[] = {
        {"api_url", "ftp://bank.example", "url_invalid"},
        {"api_url", "http://bank.example", "url_invalid"},
        {"api_url", "https://bank.example/v1?a=b", "url_invalid"},
        {"api_url", "https://10.0.0.1", "address_forbidden"},
        {"api_token", "file:two.token", "value_invalid"},
        {"api_token", "file:absent", "value_invalid"},
        {"institution_account", "a/b", "value_invalid"},
        {"debtor_name", "Zo\u00eb", "characters_not_allowed"},
        {"debtor_address", "1 High Street; London", "characters_not_allowed"},
        {"order_max", "10.001", "amount_invalid"},
        {"order_max", "-1", "amount_invalid"},
        {"day_max", "a lot", "amount_invalid"},
    };
    for (const auto& c : cases) {
        const Reply reply = patch(fmt::format(R"({{"{}":"{}"}})", c.member, c.value));
        EXPECT_EQ(reply.code(), c.code) << c.member << " " << c.value;
        EXPECT_TRUE(reply.at("detail").starts_with(c.member)) << reply.at("detail");
    }
    EXPECT_EQ(patch(R"({"order_max":10})").code(), "value_invalid");
    EXPECT_EQ(patch(R"({"transliterate":"yes"})").code(), "value_invalid");
    EXPECT_EQ(patch(R"({"api_url":"http://127.0.0.1:8080"})").status(), 200) << "a sandbox";
}

TEST_F(Connectors, a_new_api_is_described_whole_and_only_of_a_bank) {
    std::string body = world.new_bank("bank");
    const std::string account = R"(,"institution_account":"c1f2a3")";
    body.erase(body.find(account), account.size());
    const Reply partial = call("POST", "/v1/connectors", body);
    EXPECT_EQ(partial.code(), "member_missing");
    EXPECT_EQ(partial.at("errors.0.pointer"), "/institution_account");
    const Reply other = call("POST", "/v1/connectors",
                             R"({"name":"a","kind":"pubsub_push","api_url":"https://b.example",
                                 "push":{"audience":"a","service_account":"b@c.example",
                                 "format":"settled","token_keys":"google"}})");
    EXPECT_EQ(other.code(), "value_invalid") << other.response.body;
    EXPECT_NE(
        other.response.body.find("only clearbank and mambu connectors have an API that is called"),
        std::string::npos);
}

TEST_F(Connectors, an_institution_belongs_to_one_tenant) {
    ASSERT_EQ(add().status(), 201);
    const std::string theirs = world.key_of("rival");
    const auto with = [&](std::string_view url, std::string_view account) {
        std::string body = world.new_bank("rivals");
        (void)world.keep_secret("rivals.token", "their-token", "rival");
        const auto replace = [&](std::string_view from, std::string_view to) {
            body.replace(body.find(from), from.size(), to);
        };
        replace("https://bank.example", url);
        replace("c1f2a3", account);
        return world.call(theirs, "POST", "/v1/connectors", body);
    };
    std::filesystem::copy(world.tenant_secrets() + "/main", world.tenant_secrets() + "/rival",
                          std::filesystem::copy_options::recursive);
    (void)world.new_bank("rivals");
    std::filesystem::copy_file(world.tenant_secrets() + "/main/rivals.pem",
                               world.tenant_secrets() + "/rival/rivals.pem");
    const Reply taken = with("https://BANK.example:443/", "C1F2A3");
    EXPECT_EQ(taken.status(), 409) << taken.response.body;
    EXPECT_EQ(taken.code(), "institution_taken");
    EXPECT_EQ(with("https://bank.example", "d4").status(), 201);
}

TEST_F(Connectors, calls_wait_while_a_person_pauses_them) {
    ASSERT_EQ(add().status(), 201);
    EXPECT_EQ(call("POST", "/v1/connectors/bank/pause", "{}").code(), "member_missing");
    const Reply paused =
        call("POST", "/v1/connectors/bank/pause", R"({"reason":"the bank has an incident"})");
    ASSERT_EQ(paused.status(), 200) << paused.response.body;
    EXPECT_TRUE(paused.at("paused_by").starts_with("key_"));
    EXPECT_EQ(paused.at("pause_reason"), "the bank has an incident");
    EXPECT_EQ(world.bank_replies("bank", 200, "{}").size(), 0U);
    EXPECT_EQ(call("POST", "/v1/connectors/bank/resume").at("paused_by"), "");
    EXPECT_EQ(world.bank_replies("bank", 200, "{}").size(), 2U);
}

TEST_F(Connectors, one_that_the_bank_refuses_is_shown_as_failing) {
    ASSERT_EQ(add().status(), 201);
    (void)world.bank_replies("bank", 401, "{}");
    EXPECT_EQ(get().at("failing"), "true");
    EXPECT_NE(get().at("paused_until"), "");
    EXPECT_EQ(call("GET", "/v1/connectors").at("data.0.failing"), "true");
    EXPECT_EQ(call("POST", "/v1/connectors/bank/resume").at("failing"), "false");
}

TEST_F(Connectors, accounts_are_listed_on_demand) {
    ASSERT_EQ(add().status(), 201);
    (void)world.bank_replies("bank", 200, "{}");
    world.clock.advance(std::chrono::seconds(1));
    const std::size_t again =
        call("GET", "/v1/calls?status=queued").count(); // they were not answered
    EXPECT_EQ(call("POST", "/v1/connectors/bank/list-accounts").status(), 202);
    EXPECT_EQ(call("GET", "/v1/calls?status=queued").count(), again + 2U);
    (void)call("POST", "/v1/connectors", world.new_connector("hooks"));
    EXPECT_EQ(call("POST", "/v1/connectors/hooks/list-accounts").code(), "connector_receives_only");
}

TEST_F(Connectors, a_test_of_its_api_makes_two_calls_that_move_no_money) {
    ASSERT_EQ(add().status(), 201);
    (void)world.bank_replies("bank", 200, "{}");
    const Reply first = call("POST", "/v1/connectors/bank/test");
    ASSERT_EQ(first.status(), 202) << first.response.body;
    EXPECT_EQ(first.at("connector"), "bank");
    const Reply test = call("GET", "/v1/calls/" + first.at("call_id"));
    EXPECT_EQ(test.at("purpose"), "test");
    EXPECT_EQ(test.at("target"), "/v1/Test");
    EXPECT_EQ(test.at("status"), "queued");
    const Reply account = call("GET", "/v1/calls/" + first.at("account_call_id"));
    EXPECT_EQ(account.at("purpose"), "find_account");
    EXPECT_EQ(account.at("target"), "/v3/Accounts/c1f2a3");
    const Reply second = call("POST", "/v1/connectors/bank/test");
    EXPECT_EQ(second.status(), 202) << "each test is a new one, also in the same moment";
    EXPECT_EQ(world.bank_replies("bank", 200, R"({"Message":"a test of the connection"})").size(),
              4U);
    EXPECT_EQ(call("GET", "/v1/calls/" + first.at("call_id")).at("status"), "done");

    EXPECT_EQ(call("POST", "/v1/connectors/none/test").code(), "not_found");
    (void)call("POST", "/v1/connectors", world.new_connector("hooks"));
    EXPECT_EQ(call("POST", "/v1/connectors/hooks/test").code(), "connector_receives_only");
}

TEST_F(Connectors, a_connector_is_removed_when_no_order_is_under_way) {
    ASSERT_EQ(add().status(), 201);
    (void)call("POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})");
    const Reply order = call("POST", "/v1/orders",
                             R"({"client_id":"a","connector":"bank","scheme":"fps",
                 "amount":{"value":"1.00","currency":"GBP"},
                 "debtor":{"iban":"GB57CLRB04040100057354"},
                 "creditor":{"name":"Ann","sort_code":"601613","account_number":"31926819"}})");
    ASSERT_EQ(order.status(), 202) << order.response.body;
    EXPECT_EQ(call("DELETE", "/v1/connectors/bank").code(), "state_conflict");
    EXPECT_EQ(patch(R"({"institution_account":"other"})").code(), "state_conflict");
    (void)call("POST", "/v1/orders/a/cancel");
    EXPECT_EQ(call("DELETE", "/v1/connectors/bank").status(), 204);
    EXPECT_EQ(get().status(), 404);
    EXPECT_EQ(call("GET", "/v1/orders/a").at("connector"), "");
    EXPECT_EQ(call("GET", "/v1/calls?status=queued").count(), 0U) << "nothing is sent any more";
    EXPECT_EQ(add().status(), 201) << "its name is free";
}

TEST_F(Connectors, admin_and_the_scopes_of_connectors_open_them) {
    for (const std::string_view scopes : {"admin", "connectors:read"})
        EXPECT_EQ(world.call(world.key_of("main", scopes), "GET", "/v1/connectors").status(), 200);
    EXPECT_EQ(
        world.call(world.key_of("main", "connectors:read"), "DELETE", "/v1/connectors/x").code(),
        "scope_missing");
}

} // namespace
} // namespace settled::api
