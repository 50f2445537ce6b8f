#include "api/testing.h"
#include "domain/facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

namespace settled::api {
namespace {

using testing::Headers;
using testing::Reply;
using testing::World;

class Orders : public ::testing::Test {
  protected:
    Orders() : key(world.key_of("main")) { open_bank(); }
    void open_bank(std::string_view more = "") {
        const Reply made = call("POST", "/v1/connectors", world.new_bank("clearbank", more));
        EXPECT_EQ(made.status(), 201) << made.response.body;
        (void)world.bank_replies("clearbank", 200, "{}"); // for its accounts
        (void)call("POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})");
    }
    Reply call(std::string_view method, std::string_view target, std::string_view body = {},
               const Headers& headers = {}) {
        return world.call(key, method, target, body, headers);
    }
    static std::string body(std::string_view client_id, std::string_view more = "") {
        return fmt::format(
            R"({{"client_id":"{}","connector":"clearbank","scheme":"fps",)"
            R"("amount":{{"value":"100.00","currency":"GBP"}},)"
            R"("debtor":{{"iban":"GB57CLRB04040100057354"}},)"
            R"("creditor":{{"name":"Ann Lee","sort_code":"601613","account_number":"31926819"}},)"
            R"("reference":"LOAN 4711"{}}})",
            client_id, more);
    }
    Reply post(std::string_view client_id, std::string_view more = "") {
        return call("POST", "/v1/orders", body(client_id, more));
    }
    Reply get(std::string_view id) { return call("GET", "/v1/orders/" + std::string(id)); }
    // The bank accepts what is sent now.
    void accept(std::string_view client_id) {
        (void)world.bank_replies(
            "clearbank", 202,
            fmt::format(
                R"({{"transactions":[{{"endToEndIdentification":"{}","response":"Accepted"}}]}})",
                get(client_id).at("end_to_end_id")));
    }
    void settle(std::string_view client_id, bool gives_back = false) {
        domain::SettlementFact fact = testing::money_in("T-1", get(client_id).at("end_to_end_id"));
        fact.amount = *parse_money("100.00", *Currency::parse("GBP"));
        fact.credit = fact.is_return = gives_back;
        world.settle_at("clearbank", fact);
    }

    World world;
    std::string key;
};

TEST_F(Orders, a_new_order_is_queued_and_the_same_again_is_the_same) {
    const Reply first = post("payout-17", R"(,"loan_account_id":"LN-4711")");
    ASSERT_EQ(first.status(), 202) << first.response.body;
    EXPECT_TRUE(first.at("id").starts_with("ord_"));
    EXPECT_EQ(first.at("client_id"), "payout-17");
    EXPECT_EQ(first.at("connector"), "clearbank");
    EXPECT_EQ(first.at("status"), "queued");
    EXPECT_EQ(first.at("amount.value"), "100.00");
    EXPECT_EQ(first.at("debtor.name"), "Lender Ltd");
    EXPECT_EQ(first.at("debtor.address.line"), "1 High Street, London");
    EXPECT_EQ(first.at("creditor.account_number"), "31926819");
    EXPECT_EQ(first.at("end_to_end_id").size(), 26U);
    EXPECT_EQ(first.at("loan_account_id"), "LN-4711");
    EXPECT_TRUE(first.at("made_by").starts_with("key_"));
    EXPECT_EQ(first.at("settlement"), "");
    EXPECT_EQ(first.root().member("calls")->size(), 0U);
    const Reply again = post("payout-17", R"(,"loan_account_id":"LN-4711")");
    EXPECT_EQ(again.status(), 200);
    EXPECT_EQ(again.response.body, first.response.body);
    for (const std::string& id : {std::string("payout-17"), first.at("id")})
        EXPECT_EQ(get(id).response.body, first.response.body);
    const Reply other = post("payout-17");
    EXPECT_EQ(other.status(), 409);
    EXPECT_EQ(other.code(), "order_conflict");
    EXPECT_EQ(get("nobody").status(), 404);
}

TEST_F(Orders, all_problems_of_an_order_are_reported_at_once_and_nothing_is_committed) {
    const Reply reply = call("POST", "/v1/orders",
                             R"({"client_id":"a b","connector":"clearbank","scheme":"bacs",
                 "amount":{"value":"0.001","currency":"GBP"},"debtor":{},
                 "creditor":{"name":"Ann","sort_code":"601613"},"reference":"ok","colour":1})");
    EXPECT_EQ(reply.status(), 422);
    std::vector<std::string> pointers;
    for (std::size_t i = 0; i < reply.root().member("errors")->size(); ++i)
        pointers.push_back(reply.at(fmt::format("errors.{}.pointer", i)));
    EXPECT_THAT(pointers, ::testing::UnorderedElementsAre("/client_id", "/scheme", "/amount/value",
                                                          "/debtor/iban",
                                                          "/creditor/account_number", "/colour"));
    EXPECT_EQ(call("GET", "/v1/orders").count(), 0U);
}

TEST_F(Orders, an_order_beyond_the_connectors_limits_is_refused) {
    (void)call("POST", "/v1/connectors", world.new_connector("hooks"));
    (void)call("PATCH", "/v1/connectors/clearbank", R"({"order_max":"150.00","day_max":"250.00"})");
    const auto with = [&](std::string_view client_id, std::string_view from, std::string_view to) {
        std::string text = body(client_id);
        text.replace(text.find(from), from.size(), to);
        return call("POST", "/v1/orders", text).code();
    };
    EXPECT_EQ(with("a", "\"clearbank\"", "\"nobody\""), "connector_unknown");
    EXPECT_EQ(with("a", "\"clearbank\"", "\"hooks\""), "connector_receives_only");
    EXPECT_EQ(with("a", "GB57CLRB04040100057354", "GB30CLRB04040100057355"), "debtor_unknown");
    EXPECT_EQ(with("a", "100.00", "150.01"), "over_limit");
    EXPECT_EQ(post("b").status(), 202);
    EXPECT_EQ(post("c").status(), 202);
    EXPECT_EQ(post("d").code(), "over_limit");
    EXPECT_EQ(call("GET", "/v1/orders").count(), 2U);
}

TEST_F(Orders, an_order_shows_the_call_that_carries_it_and_the_debit_that_settles_it) {
    (void)post("payout-17");
    accept("payout-17");
    const Reply taken = get("payout-17");
    EXPECT_EQ(taken.at("status"), "submitted");
    EXPECT_EQ(taken.at("calls.0.purpose"), "pay");
    EXPECT_EQ(taken.at("calls.0.status"), "done");
    EXPECT_EQ(taken.at("calls.0.http_status"), "202");
    settle("payout-17");
    const Reply settled = get("payout-17");
    EXPECT_EQ(settled.at("status"), "settled");
    EXPECT_EQ(settled.at("transaction_id"), "T-1");
    EXPECT_EQ(settled.at("settlement.direction"), "debit");
    EXPECT_EQ(settled.at("settlement.amount.value"), "100.00");
    EXPECT_TRUE(settled.at("webhooks.0").starts_with("whk_"));
    EXPECT_EQ(call("GET", "/v1/orders?status=settled").count(), 1U);
    EXPECT_EQ(call("GET", "/v1/orders?status=queued").count(), 0U);
    EXPECT_EQ(call("GET", "/v1/orders?status=lost").code(), "parameter_invalid");
}

TEST_F(Orders, a_call_shows_what_was_sent_and_what_came_back_without_secrets) {
    (void)post("payout-17");
    accept("payout-17");
    const std::string id = get("payout-17").at("calls.0.id");
    const Reply shown = call("GET", "/v1/calls/" + id);
    ASSERT_EQ(shown.status(), 200) << shown.response.body;
    EXPECT_EQ(shown.at("method"), "POST");
    EXPECT_EQ(shown.at("target"), "/v3/payments/fps");
    EXPECT_EQ(shown.at("subject_id"), get("payout-17").at("id"));
    EXPECT_EQ(shown.at("order_ids.0"), get("payout-17").at("id"));
    EXPECT_EQ(shown.at("request_id").size(), 36U);
    EXPECT_NE(shown.at("body").find("LOAN 4711"), std::string::npos);
    EXPECT_EQ(shown.at("tries.0.http_status"), "202");
    EXPECT_EQ(shown.at("tries.0.outcome"), "taken");
    EXPECT_EQ(shown.response.body.find("token-of-the-bank"), std::string::npos);
    EXPECT_EQ(call("GET", "/v1/calls?status=done&limit=1").at("data.0.id"), id);
    const Reply queued = call("GET", "/v1/calls?status=queued");
    EXPECT_EQ(queued.response.body.find("\"pay\""), std::string::npos) << queued.response.body;
}

TEST_F(Orders, an_order_is_cancelled_until_it_is_sent) {
    (void)post("a");
    const Reply cancelled = call("POST", "/v1/orders/a/cancel");
    EXPECT_EQ(cancelled.status(), 200) << cancelled.response.body;
    EXPECT_EQ(cancelled.at("status"), "cancelled");
    EXPECT_EQ(call("POST", "/v1/orders/a/cancel").status(), 200) << "it is so already";
    (void)post("b");
    accept("b");
    const Reply late = call("POST", "/v1/orders/b/cancel");
    EXPECT_EQ(late.status(), 409);
    EXPECT_EQ(late.code(), "order_sent");
}

TEST_F(Orders, a_rejected_order_is_made_again_once_under_another_id) {
    (void)post("a");
    EXPECT_EQ(call("POST", "/v1/orders/a/retry", R"({"client_id":"a-2"})").code(),
              "retry_not_allowed");
    (void)world.bank_replies("clearbank", 400, R"({"title":"Bad Request","status":400})");
    ASSERT_EQ(get("a").at("status"), "rejected") << get("a").response.body;
    EXPECT_EQ(call("POST", "/v1/orders/a/retry", "{}").code(), "member_missing");
    const Reply again = call("POST", "/v1/orders/a/retry", R"({"client_id":"a-2"})");
    ASSERT_EQ(again.status(), 202) << again.response.body;
    EXPECT_EQ(again.at("retry_of"), get("a").at("id"));
    EXPECT_EQ(again.at("status"), "queued");
    EXPECT_EQ(call("POST", "/v1/orders/a/retry", R"({"client_id":"a-2"})").status(), 200);
    EXPECT_EQ(call("POST", "/v1/orders/a/retry", R"({"client_id":"a-3"})").code(),
              "retry_not_allowed");
}

TEST_F(Orders, an_idempotency_key_makes_one_order) {
    const Headers once{{"Idempotency-Key", "k-1"}};
    const Reply first = call("POST", "/v1/orders", body("a"), once);
    const Reply again = call("POST", "/v1/orders", body("a"), once);
    EXPECT_EQ(again.status(), 202);
    EXPECT_EQ(again.response.body, first.response.body);
    EXPECT_EQ(call("POST", "/v1/orders", body("b"), once).code(), "idempotency_key_reused");
}

TEST_F(Orders, the_connector_decides_whether_letters_are_replaced) {
    const auto with_accent = [&](std::string_view client_id) {
        std::string text = body(client_id);
        text.replace(text.find("Ann Lee"), 7, "Zo\u00eb Lee");
        return call("POST", "/v1/orders", text);
    };
    EXPECT_EQ(with_accent("a").code(), "characters_not_allowed");
    ASSERT_EQ(call("PATCH", "/v1/connectors/clearbank", R"({"transliterate":true})").status(), 200);
    EXPECT_EQ(with_accent("a").at("creditor.name"), "Zoe Lee");
}

} // namespace
} // namespace settled::api
