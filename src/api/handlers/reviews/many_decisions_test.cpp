// Several reviews decided in one call.
#include "api/testing.h"

#include <gtest/gtest.h>

namespace settled::api {
namespace {

using testing::Reply;
using testing::World;

// Two settlements that wait for a person, each with two payments that fit it alike.
class ManyDecisions : public ::testing::Test {
  protected:
    ManyDecisions() : key(world.key_of("main")) {
        (void)call("/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})");
        for (const char* id : {"a", "b"})
            (void)call("/v1/payments",
                       R"({"client_id":")" + std::string(id) +
                           R"(","amount":{"value":"12.34","currency":"GBP"},"reference":"INV-2041",
                               "created_at":"2026-11-18T10:00:00Z",
                               "payee":{"iban":"GB57CLRB04040100057354"}})");
        world.settle(world.tenant("main"), testing::money_in("T1", ""));
        world.settle(world.tenant("main"), testing::money_in("T2", ""));
        const Reply reviews = world.call(key, "GET", "/v1/reviews?status=open");
        EXPECT_EQ(reviews.count(), 2U);
        first = reviews.at("data.1.id");
        second = reviews.at("data.0.id");
    }
    Reply call(std::string_view target, std::string_view body,
               const testing::Headers& headers = {}) {
        return world.call(key, "POST", target, body, headers);
    }
    Reply decide(const std::string& decisions, std::string_view more = "",
                 const testing::Headers& headers = {}) {
        return call("/v1/reviews/decisions",
                    R"({"reason":"it is","decisions":[)" + decisions + "]" + std::string(more) +
                        "}",
                    headers);
    }
    static std::string one(const std::string& review, std::string_view decision,
                           std::string_view payment = "") {
        return R"({"review_id":")" + review + R"(","decision":")" + std::string(decision) + "\"" +
               (payment.empty() ? "" : R"(,"payment_id":")" + std::string(payment) + "\"") + "}";
    }
    std::string open_reviews() {
        return std::to_string(world.call(key, "GET", "/v1/reviews?status=open").count());
    }

    World world;
    std::string key;
    std::string first;
    std::string second;
};

TEST_F(ManyDecisions, each_has_its_outcome_and_none_keeps_another_back) {
    const Reply reply = decide(one(first, "accept", "nobody") + "," + one(first, "accept", "a") +
                               "," + one(second, "reject"));
    ASSERT_EQ(reply.status(), 200) << reply.response.body;
    EXPECT_EQ(reply.at("done"), "2");
    EXPECT_EQ(reply.at("refused"), "1");
    EXPECT_EQ(reply.at("data.0.code"), "not_found");
    EXPECT_EQ(reply.at("data.0.status"), "404");
    EXPECT_EQ(reply.at("data.1.result.matches.0.actor").substr(0, 4), "key_");
    EXPECT_EQ(reply.at("data.2.result.settlement.status"), "rejected");
    EXPECT_EQ(open_reviews(), "0");
    const Reply changes = world.call(key, "GET", "/v1/changes?limit=2");
    EXPECT_EQ(changes.at("data.0.action"), "review.reject");
    EXPECT_EQ(changes.at("data.1.action"), "review.accept");
    EXPECT_EQ(changes.at("data.1.subject"), first);
    EXPECT_EQ(changes.at("data.1.reason"), "it is");
}

TEST_F(ManyDecisions, divide_a_settlement_among_payments) {
    for (const char* id : {"half", "other-half"})
        (void)call("/v1/payments",
                   R"({"client_id":")" + std::string(id) +
                       R"(","amount":{"value":"6.17","currency":"GBP"},"reference":"HALF",
                           "payee":{"iban":"GB57CLRB04040100057354"}})");
    const std::string halves =
        R"({"review_id":")" + first +
        R"(","decision":"split","payments":[{"payment_id":"half","amount":{"value":"6.17","currency":"GBP"}},
            {"payment_id":"other-half","amount":{"value":"6.17","currency":"GBP"}}]})";
    const Reply asked = decide(halves, R"(,"dry_run":true)");
    EXPECT_EQ(asked.at("data.0.outcome"), "done") << asked.response.body;
    const Reply reply = decide(halves + "," + one(second, "accept", "a"));
    EXPECT_EQ(reply.at("done"), "2") << reply.response.body;
    EXPECT_EQ(reply.at("data.0.decision"), "split");
    EXPECT_EQ(reply.at("data.0.result.matches.1.amount.value"), "6.17");
    EXPECT_EQ(world.call(key, "GET", "/v1/payments/other-half").at("status"), "settled");
    EXPECT_EQ(world.call(key, "GET", "/v1/changes?subject=" + first).at("data.0.action"),
              "review.split");
    EXPECT_EQ(decide(one(first, "split")).code(), "member_missing");
    EXPECT_EQ(decide(R"({"review_id":")" + first +
                     R"(","decision":"close","payments":[{"payment_id":"half"}]})")
                  .code(),
              "value_invalid");
}

TEST_F(ManyDecisions, a_dry_run_changes_nothing) {
    const Reply reply =
        decide(one(first, "accept", "a") + "," + one(second, "close"), R"(,"dry_run":true)");
    ASSERT_EQ(reply.status(), 200) << reply.response.body;
    EXPECT_EQ(reply.at("dry_run"), "true");
    EXPECT_EQ(reply.at("data.0.outcome"), "done");
    EXPECT_EQ(reply.at("data.0.result.settlement_status"), "matched");
    EXPECT_EQ(reply.at("data.1.code"), "state_conflict");
    EXPECT_EQ(open_reviews(), "2");
    EXPECT_EQ(world.call(key, "GET", "/v1/changes?subject=" + first).count(), 0U);
}

TEST_F(ManyDecisions, are_made_once_under_one_key) {
    const testing::Headers once{{"Idempotency-Key", "batch-1"}};
    const Reply reply = decide(one(first, "accept", "a"), "", once);
    EXPECT_EQ(reply.at("done"), "1");
    EXPECT_EQ(decide(one(first, "accept", "a"), "", once).response.body, reply.response.body);
    EXPECT_EQ(decide(one(first, "accept", "b"), "", once).at("data.0.code"),
              "idempotency_key_reused");
    EXPECT_EQ(decide(one(first, "accept", "a")).at("data.0.code"), "state_conflict");
}

TEST_F(ManyDecisions, are_read_as_a_whole_before_the_first_is_made) {
    EXPECT_EQ(decide(one(first, "accept", "a") + "," + one(second, "accept")).code(),
              "member_missing");
    EXPECT_EQ(decide(one(first, "reject") + "," + one(second, "ponder")).code(), "value_invalid");
    EXPECT_EQ(decide(one(first, "reject", "a")).code(), "value_invalid");
    EXPECT_EQ(decide("").code(), "value_invalid");
    EXPECT_EQ(open_reviews(), "2");
}

} // namespace
} // namespace settled::api
