// What people decide over the API, and what a dry run says of it.
#include "api/testing.h"
#include "store/queries/money/reviews.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::api {
namespace {

using testing::Headers;
using testing::Reply;
using testing::World;

// Two payments that fit one settlement alike, and its review.
class Decisions : public ::testing::Test {
  protected:
    Decisions() : key(world.key_of("main")) {
        (void)call("POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})");
        for (const char* id : {"a", "b"})
            (void)call("POST", "/v1/payments",
                       R"({"client_id":")" + std::string(id) +
                           R"(","amount":{"value":"12.34","currency":"GBP"},"reference":"INV-2041",
                               "created_at":"2026-11-18T10:00:00Z",
                               "payee":{"iban":"GB57CLRB04040100057354"}})");
        world.settle(world.tenant("main"), testing::money_in("T1", ""));
        const Reply reviews = call("GET", "/v1/reviews?status=open");
        review = "/v1/reviews/" + reviews.at("data.0.id");
        settlement = "/v1/settlements/" + reviews.at("data.0.subject_id");
    }
    Reply call(std::string_view method, std::string_view target, std::string_view body = {},
               const Headers& headers = {}) {
        return world.call(key, method, target, body, headers);
    }
    std::string state() {
        std::string all;
        for (const char* list : {"reviews", "settlements", "matches", "payments", "events"})
            all += call("GET", "/v1/" + std::string(list)).response.body;
        return all;
    }

    World world;
    std::string key;
    std::string review;
    std::string settlement;
};

TEST_F(Decisions, a_dry_run_is_answered_with_what_would_be) {
    const std::string before = state();
    const Reply accept =
        call("POST", review + "/accept", R"({"payment_id":"b","reason":"it is","dry_run":true})");
    ASSERT_EQ(accept.status(), 200) << accept.response.body;
    EXPECT_EQ(accept.at("dry_run"), "true");
    EXPECT_EQ("/v1/reviews/" + accept.at("review_id"), review);
    EXPECT_EQ("/v1/settlements/" + accept.at("settlement_id"), settlement);
    EXPECT_EQ(accept.at("settlement_status"), "matched");
    EXPECT_EQ(accept.at("matches.0.client_id"), "b");
    EXPECT_EQ(accept.at("matches.0.rank"), "6");
    EXPECT_EQ(accept.at("matches.0.pairing"), "one");
    EXPECT_EQ(accept.at("matches.0.amount.value"), "12.34");
    const Reply reject = call("POST", review + "/reject", R"({"reason":"no","dry_run":true})");
    EXPECT_EQ(reject.at("settlement_status"), "rejected");
    const Reply split =
        call("POST", review + "/split",
             R"({"payments":[{"payment_id":"a","amount":{"value":"10.00","currency":"GBP"}},
                        {"payment_id":"b","amount":{"value":"2.34","currency":"GBP"}}],
            "reason":"both","dry_run":true})");
    EXPECT_EQ(split.at("matches.1.pairing"), "merge");
    EXPECT_EQ(split.at("matches.1.amount.value"), "2.34");
    EXPECT_EQ(state(), before);
}

TEST_F(Decisions, a_dry_run_refuses_what_would_be_refused) {
    struct Case {
        std::string_view call;
        std::string_view body;
        int status;
    };
    const Case cases[] = {
        {"/accept", R"({"payment_id":"nobody","reason":"x","dry_run":true})", 404},
        {"/accept", R"({"payment_id":"a","dry_run":true})", 422},
        {"/accept", R"({"payment_id":"a","reason":"x","dry_run":"yes"})", 422},
        {"/split",
         R"({"payments":[{"payment_id":"a","amount":{"value":"12.33","currency":"GBP"}}],
             "reason":"x","dry_run":true})",
         422},
        {"/close", R"({"reason":"x","dry_run":true})", 409},
    };
    for (const Case& c : cases)
        EXPECT_EQ(call("POST", review + std::string(c.call), c.body).status(), c.status) << c.body;
    ASSERT_EQ(call("POST", review + "/reject", R"({"reason":"no"})").status(), 200);
    for (const char* action : {"/accept", "/reject"}) {
        const std::string payment = std::string(action) == "/accept" ? R"("payment_id":"a",)" : "";
        const Reply late =
            call("POST", review + action, "{" + payment + R"("reason":"x","dry_run":true})");
        EXPECT_EQ(late.status(), 409) << late.response.body;
        EXPECT_EQ(late.code(), "state_conflict");
    }
}

TEST_F(Decisions, a_dry_run_leaves_its_key_free_and_knows_what_was_done_under_it) {
    const Headers once{{"Idempotency-Key", "k-1"}};
    const std::string real = R"({"payment_id":"b","reason":"it is"})";
    const std::string dry = R"({ "payment_id":"b", "dry_run":true, "reason":"it is"})";
    EXPECT_EQ(call("POST", review + "/accept", dry, once).at("dry_run"), "true");
    const Reply done = call("POST", review + "/accept", real, once);
    ASSERT_EQ(done.status(), 200) << done.response.body;
    EXPECT_FALSE(done.response.fields.find("Idempotent-Replayed"));
    const Reply again = call("POST", review + "/accept", dry, once);
    EXPECT_EQ(again.response.body, done.response.body);
    EXPECT_EQ(again.response.fields.find("Idempotent-Replayed"), "true");
    const Reply other = call("POST", review + "/accept",
                             R"({"payment_id":"a","reason":"it is","dry_run":true})", once);
    EXPECT_EQ(other.code(), "idempotency_key_reused");
}

TEST_F(Decisions, the_operator_says_who_decided) {
    const std::string body = R"({"payment_id":"b","reason":"it is"})";
    EXPECT_EQ(world.operate("POST", review + "/accept?actor=", body).status(), 400);
    EXPECT_EQ(world.operate("POST", review + "/accept?actor=a%0Ab", body).status(), 400);
    EXPECT_EQ(
        world.operate("POST", review + "/accept?actor=" + std::string(65, 'a'), body).status(),
        400);
    EXPECT_EQ(call("POST", review + "/accept?actor=anna", body).status(), 400)
        << "a key's owner is who the key says";
    const Reply done = world.operate("POST", review + "/accept?actor=anna%20b&tenant=main", body);
    EXPECT_EQ(done.status(), 200) << done.response.body;
    EXPECT_EQ(done.at("matches.0.actor"), "operator:anna b");
    EXPECT_EQ(call("GET", review).at("actor"), "operator:anna b");
}

TEST_F(Decisions, an_undoing_can_be_tried_first) {
    const Reply done = call("POST", review + "/accept", R"({"payment_id":"b","reason":"it is"})");
    const std::string undo = "/v1/matches/" + done.at("matches.0.id") + "/undo";
    const std::string before = state();
    const Reply dry = call("POST", undo, R"({"reason":"it is not","dry_run":true})");
    EXPECT_EQ(dry.at("settlement_status"), "ambiguous");
    EXPECT_EQ(dry.at("candidates.0.client_id"), "a");
    EXPECT_EQ(dry.at("candidates.0.rank"), "6");
    EXPECT_EQ(dry.at("review_id"), "");
    EXPECT_EQ(state(), before);
    EXPECT_EQ(call("POST", undo, R"({"reason":"it is not"})").status(), 200);
    EXPECT_EQ(call("GET", settlement).at("status"), "ambiguous");
    EXPECT_EQ(call("POST", undo, R"({"reason":"it is not","dry_run":true})").status(), 409);
}

// Closed, it would leave what waits for it without any decision.
TEST_F(Decisions, a_review_is_closed_only_where_nothing_waits_for_another_decision) {
    for (const std::string_view kind :
         {store::review_posting_failed, store::review_order_unresolved,
          store::review_possible_duplicate, store::review_order_contradiction}) {
        const ReviewId id = world.ids.next<ReviewId>();
        const store::ReviewRow row{id,   std::string(kind), 4711,        "open",
                                   "{}", world.clock.now(), std::nullopt};
        const TenantId tenant = world.tenant("main");
        world.write<void>([&](store::Session& s) { return store::insert_review(s, tenant, row); });
        const std::string target = "/v1/reviews/" + to_string(id);
        const Reply closed = call("POST", target + "/close", R"({"reason":"seen"})");
        const bool may_be_closed = kind == store::review_order_contradiction;
        EXPECT_EQ(closed.status(), may_be_closed ? 200 : 409) << kind;
        EXPECT_EQ(call("GET", target).at("status"), may_be_closed ? "closed" : "open") << kind;
    }
}

} // namespace
} // namespace settled::api
