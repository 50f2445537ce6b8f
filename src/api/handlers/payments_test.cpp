#include "api/testing.h"
#include "payloads/payment_reader.h"
#include "store/queries/directory.h"

#include <gtest/gtest.h>

namespace settled::api {
namespace {

using testing::Reply;
using testing::World;

constexpr std::string_view order =
    R"({"client_id":"order-1","institution_id":"monzo","scheme":"fps","amount":{"value":"12.34","currency":"GBP"},
        "reference":"INV-2041","end_to_end_id":"E2E-000001","created_at":"2026-11-18T10:00:00Z",
        "payee":{"name":"Shop Ltd","iban":"GB57CLRB04040100057354"},
        "payer":{"name":"A Payer","sort_code":"040004","account_number":"12345678"}})";

class Payments : public ::testing::Test {
  protected:
    Payments() : key(world.key_of("main")) {
        const Reply made =
            world.call(key, "POST", "/v1/accounts",
                       R"({"iban":"GB57CLRB04040100057354","bank_account_id":"va-1"})");
        account = made.at("id");
    }
    Reply post(std::string_view body, const testing::Headers& headers = {}) {
        return world.call(key, "POST", "/v1/payments", body, headers);
    }
    Reply get(std::string_view id) {
        return world.call(key, "GET", "/v1/payments/" + std::string(id));
    }

    World world;
    std::string key;
    std::string account;
};

TEST_F(Payments, a_new_payment_is_created_and_the_same_again_is_the_same) {
    const Reply first = post(order);
    EXPECT_EQ(first.status(), 201) << first.response.body;
    EXPECT_EQ(first.at("client_id"), "order-1");
    EXPECT_EQ(first.at("status"), "expected");
    EXPECT_EQ(first.at("amount.value"), "12.34");
    EXPECT_EQ(first.at("amount.currency"), "GBP");
    EXPECT_EQ(first.at("payee.iban"), "GB57CLRB04040100057354");
    EXPECT_EQ(first.at("payer.sort_code"), "040004");
    EXPECT_EQ(first.at("payer.account_number"), "12345678");
    EXPECT_EQ(first.at("payer.iban"), "");
    EXPECT_EQ(first.at("created_at"), "2026-11-18T10:00:00.000Z");
    EXPECT_EQ(first.at("settlement"), "");
    const Reply again = post(order);
    EXPECT_EQ(again.status(), 200);
    EXPECT_EQ(again.response.body, first.response.body);
}

TEST_F(Payments, the_same_id_with_other_content_is_refused) {
    ASSERT_EQ(post(order).status(), 201);
    std::string other(order);
    other.replace(other.find("12.34"), 5, "12.35");
    const Reply reply = post(other);
    EXPECT_EQ(reply.status(), 409);
    EXPECT_EQ(reply.code(), "payment_conflict");
    EXPECT_TRUE(reply.at("detail").starts_with("it differs in amount; ")) << reply.at("detail");
    EXPECT_EQ(reply.at("errors.0.pointer"), "/amount");
    EXPECT_EQ(reply.at("errors.0.code"), "payment_conflict");
    EXPECT_EQ(reply.root().member("errors")->size(), 1U);
    EXPECT_EQ(reply.response.body.find("12.34"), std::string::npos) << "values are not told";
    EXPECT_EQ(get("order-1").at("amount.value"), "12.34");
}

TEST_F(Payments, all_problems_of_a_body_are_reported_at_once) {
    const Reply reply = post(R"({"amount":{"value":12.34,"currency":"GBP"},"reference":7,
                                 "payee":{"iban":"GB00CLRB04040100057354"},"colour":"red"})");
    EXPECT_EQ(reply.status(), 422);
    EXPECT_EQ(reply.code(), "member_missing");
    EXPECT_EQ(reply.at("detail"), "client_id: it is required");
    std::vector<std::string> pointers;
    for (std::size_t i = 0; i < reply.root().member("errors")->size(); ++i)
        pointers.push_back(reply.at("errors." + std::to_string(i) + ".pointer"));
    EXPECT_EQ(pointers, (std::vector<std::string>{"/client_id", "/amount/value", "/reference",
                                                  "/payee/iban", "/colour"}));
    EXPECT_EQ(reply.at("errors.1.detail"), "send the amount in quotes: \"12.34\"");
    EXPECT_EQ(reply.at("errors.3.code"), "iban_invalid");
    EXPECT_FALSE(get("nobody").root().member("errors").has_value()) << "there is no body";
}

TEST_F(Payments, a_scheme_that_is_not_known_is_warned_of) {
    const auto warnings_with = [this](std::string_view scheme) {
        std::string body(order);
        body.replace(body.find("\"fps\""), 5, "\"" + std::string(scheme) + "\"");
        body.replace(body.find("order-1"), 7, "order-" + std::string(scheme.substr(0, 4)));
        const Reply reply = post(body);
        EXPECT_EQ(reply.status(), 201) << reply.response.body;
        std::string words;
        for (std::size_t i = 0; i < reply.root().member("warnings")->size(); ++i)
            words += reply.at("warnings." + std::to_string(i)) + " ";
        return words;
    };
    EXPECT_NE(warnings_with("fsp").find("scheme_unknown"), std::string::npos);
    EXPECT_NE(warnings_with("pigeon post").find("scheme_unknown"), std::string::npos);
    EXPECT_EQ(warnings_with("bacs").find("scheme_unknown"), std::string::npos);
}

TEST_F(Payments, without_a_creation_time_the_first_registration_counts) {
    const std::string body = R"({"client_id":"o","amount":{"value":"1","currency":"GBP"},
                                 "payee":{"iban":"GB57CLRB04040100057354"}})";
    const Reply first = post(body);
    ASSERT_EQ(first.status(), 201);
    world.clock.advance(std::chrono::seconds(60));
    const Reply again = post(body);
    EXPECT_EQ(again.status(), 200);
    EXPECT_EQ(again.at("created_at"), first.at("created_at"));
}

TEST_F(Payments, a_payee_that_is_not_ours_is_ignored) {
    const std::string head = R"({"client_id":"o","amount":{"value":"1","currency":"GBP"},"payee":)";
    for (const char* payee :
         {R"({"iban":"DE89370400440532013000"})",
          R"({"sort_code":"040404","account_number":"12345678"})",
          R"({"virtual_account_id":"va-2"})", R"({"virtual_account_id":"acc_0000000000001"})"}) {
        const Reply reply = post(head + payee + "}");
        EXPECT_EQ(reply.status(), 202) << payee;
        EXPECT_EQ(reply.at("status"), "ignored") << payee;
        EXPECT_EQ(reply.at("reason"), "payee_unknown") << payee;
        EXPECT_EQ(reply.at("client_id"), "o") << payee;
    }
    EXPECT_EQ(get("o").status(), 404);
}

TEST_F(Payments, the_payee_may_be_named_in_each_of_its_ways) {
    const std::string head = R"(,"amount":{"value":"1","currency":"GBP"},"payee":)";
    const std::string payees[] = {R"({"iban":"gb57clrb04040100057354"})",
                                  R"({"sort_code":"04-04-01","account_number":"57354"})",
                                  R"({"sort_code":"04-04-01","account_number":"057354"})",
                                  R"({"virtual_account_id":"va-1"})",
                                  R"({"virtual_account_id":")" + account + "\"}"};
    const int expected[] = {201, 422, 201, 201, 201};
    for (std::size_t i = 0; i < std::size(payees); ++i) {
        const Reply reply =
            post(R"({"client_id":"o)" + std::to_string(i) + "\"" + head + payees[i] + "}");
        EXPECT_EQ(reply.status(), expected[i]) << payees[i] << reply.response.body;
    }
}

TEST_F(Payments, a_yapily_response_is_taken_as_it_is) {
    const testing::Headers yapily{{"Content-Type", std::string(payloads::yapily_content_type)}};
    const std::string body =
        R"({"meta":{"tracingId":"1"},"data":{"id":"pv3-1","paymentIdempotencyId":"4289457hd38djoa783jw9qag3",
            "status":"PENDING","payeeDetails":{"name":"Shop","accountIdentifications":[
              {"type":"ACCOUNT_NUMBER","identification":"00057354"},{"type":"SORT_CODE","identification":"040401"}]},
            "reference":"Bill","amount":1.0,"currency":"GBP"}})";
    const Reply reply = post(body, yapily);
    EXPECT_EQ(reply.status(), 201) << reply.response.body;
    EXPECT_EQ(reply.at("client_id"), "pv3-1");
    EXPECT_EQ(reply.at("amount.value"), "1.00");
    EXPECT_EQ(reply.at("end_to_end_id"), "4289457hd38djoa783jw9qag3");
    EXPECT_EQ(get("pv3-1").status(), 200);

    std::string completed = body;
    completed.replace(completed.find("PENDING"), 7, "COMPLETED");
    EXPECT_EQ(post(completed, yapily).status(), 200) << "a status change is the same payment";

    std::string failed = body;
    failed.replace(failed.find("pv3-1"), 5, "pv3-2");
    failed.replace(failed.find("PENDING"), 7, "FAILED");
    const Reply dead = post(failed, yapily);
    EXPECT_EQ(dead.status(), 202);
    EXPECT_EQ(dead.at("reason"), "payment_failed");
    EXPECT_EQ(get("pv3-2").status(), 404);

    EXPECT_EQ(post(R"({"id":"pv3-3","amount":1,"currency":"GBP","payee":{"accountIdentifications":[
                       {"type":"ABA","identification":"1"}]}})",
                   yapily)
                  .at("reason"),
              "payee_unknown");
    EXPECT_EQ(post(body).status(), 422) << "as application/json it is not our form";
}

TEST_F(Payments, a_settled_payment_shows_its_settlement_and_how_they_were_matched) {
    const std::string id = post(order).at("id");
    world.settle(world.tenant("main"), testing::money_in("T1", "E2E-000001"));
    for (const std::string& name : {id, std::string("order-1")}) {
        const Reply reply = get(name);
        EXPECT_EQ(reply.at("status"), "settled");
        EXPECT_EQ(reply.at("settlement.transaction_id"), "T1");
        EXPECT_EQ(reply.at("settlement.status"), "matched");
        EXPECT_EQ(reply.at("match.rank"), "2");
        EXPECT_EQ(reply.at("match.rule"), "e2e+account+amount");
        EXPECT_EQ(reply.at("match.payment_id"), id);
        EXPECT_EQ(reply.at("match.settlement_id"), reply.at("settlement.id"));
        EXPECT_EQ(reply.at("match.evidence.agreed.0"), "end_to_end_id");
    }
    const std::string settlement = get(id).at("settlement.id");
    const Reply shown = world.call(key, "GET", "/v1/settlements/" + settlement);
    EXPECT_EQ(shown.at("match.payment_id"), id);
    EXPECT_EQ(shown.at("account.iban"), testing::our_iban);
    EXPECT_EQ(world.call(key, "GET", "/v1/matches/" + shown.at("match.id")).at("payment_id"), id);
    const Reply webhook = world.call(key, "GET", "/v1/webhooks/" + shown.at("webhook_id"));
    EXPECT_EQ(webhook.at("body"), R"({"Type":"TransactionSettled"})");
}

TEST_F(Payments, money_that_was_there_first_settles_the_payment_at_once) {
    world.settle(world.tenant("main"), testing::money_in("T1", "E2E-000001"));
    const Reply reply = post(order);
    EXPECT_EQ(reply.status(), 201);
    EXPECT_EQ(reply.at("status"), "settled");
    EXPECT_EQ(reply.at("settlement.transaction_id"), "T1");
}

TEST_F(Payments, an_ambiguous_settlement_is_in_review_with_its_candidates) {
    for (const char* id : {"a", "b"})
        ASSERT_EQ(post(R"({"client_id":")" + std::string(id) +
                       R"(","amount":{"value":"12.34","currency":"GBP"},"reference":"INV-2041",
                           "created_at":"2026-11-18T10:00:00Z","payee":{"iban":"GB57CLRB04040100057354"}})")
                      .status(),
                  201);
    world.settle(world.tenant("main"), testing::money_in("T1", ""));
    const Reply reviews = world.call(key, "GET", "/v1/reviews?status=open");
    ASSERT_EQ(reviews.count(), 1U);
    EXPECT_EQ(reviews.at("data.0.kind"), "settlement_ambiguous");
    EXPECT_EQ(reviews.at("data.0.detail.candidates.1.rank"), "6");
    EXPECT_EQ(reviews.at("data.0.detail.candidates.1.reject_reason"), "rival_of_same_rank");
    EXPECT_EQ(reviews.at("data.0.detail.settlement.id"), reviews.at("data.0.subject_id"));
    const std::string settlement = reviews.at("data.0.subject_id");
    const Reply shown = world.call(key, "GET", "/v1/settlements/" + settlement);
    EXPECT_EQ(shown.at("status"), "ambiguous");
    EXPECT_EQ(shown.at("review_id"), reviews.at("data.0.id"));
    EXPECT_EQ(world.call(key, "GET", "/v1/reviews/" + shown.at("review_id")).at("id"),
              shown.at("review_id"));
    EXPECT_EQ(world.call(key, "GET", "/v1/events").at("data.0.type"), "settlement.ambiguous");
    EXPECT_EQ(world.call(key, "GET", "/v1/reviews?status=closed").count(), 0U);
}

TEST_F(Payments, lists_filter_by_status_and_account) {
    ASSERT_EQ(post(order).status(), 201);
    const struct {
        std::string_view query;
        std::size_t count;
    } cases[] = {
        {"", 1},
        {"?status=expected", 1},
        {"?status=settled", 0},
        {"?account=GB57CLRB04040100057354", 1},
        {"?account=04-04-01+00057354", 1},
        {"?account=040401%2000057355", 0},
    };
    for (const auto& c : cases)
        EXPECT_EQ(world.call(key, "GET", "/v1/payments" + std::string(c.query)).count(), c.count)
            << c.query;
}

TEST_F(Payments, accounts_are_registered_once_and_shown_in_both_spellings) {
    const Reply shown = world.call(key, "GET", "/v1/accounts/" + account);
    EXPECT_EQ(shown.at("sort_code"), "040401");
    EXPECT_EQ(shown.at("account_number"), "00057354");
    const struct {
        std::string_view body;
        std::string_view code;
    } cases[] = {
        {R"({"iban":"GB57CLRB04040100057354"})", "account_conflict"},
        {R"({"sort_code":"040401","account_number":"00057354"})", "account_conflict"},
        {R"({"sort_code":"040401"})", "member_missing"},
        {R"({"name":"x"})", "member_missing"},
        {R"({"iban":"GB57CLRB04040100057354","sort_code":"040401"})", "value_invalid"},
        {R"({"iban":"GB00CLRB04040100057354"})", "iban_invalid"},
        {R"({"iban":"DE89370400440532013000","color":1})", "member_unknown"},
        {R"({"iban":"DE89370400440532013000","external_id":"loan-7"})", ""},
    };
    for (const auto& c : cases)
        EXPECT_EQ(world.call(key, "POST", "/v1/accounts", c.body).code(), c.code) << c.body;
    EXPECT_EQ(world.call(key, "GET", "/v1/accounts").at("data.0.external_id"), "loan-7");
    const Reply other = world.call(key, "POST", "/v1/accounts",
                                   R"({"iban":"GB57CLRB04040100057354","name":"Shop"})");
    EXPECT_EQ(other.at("detail"), "it is " + account + ", and differs in name, bank_account_id");
    EXPECT_EQ(other.at("errors.1.pointer"), "/bank_account_id");
}

} // namespace
} // namespace settled::api
