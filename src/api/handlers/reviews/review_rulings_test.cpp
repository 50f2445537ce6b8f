// What a person decides about orders.
#include "api/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

namespace settled::api {
namespace {

using testing::Reply;
using testing::World;

class Rulings : public ::testing::Test {
  protected:
    Rulings() : maker(world.key_of("main")), reviewer(world.key_of("main")) {
        const Reply made = world.call(maker, "POST", "/v1/connectors", world.new_bank("clearbank"));
        EXPECT_EQ(made.status(), 201) << made.response.body;
        (void)world.bank_replies("clearbank", 200, "{}"); // for its accounts
        (void)world.call(maker, "POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})");
    }
    Reply post(std::string_view client_id) {
        return world.call(
            maker, "POST", "/v1/orders",
            fmt::format(
                R"({{"client_id":"{}","connector":"clearbank","scheme":"fps",)"
                R"("amount":{{"value":"100.00","currency":"GBP"}},"loan_account_id":"LN-1",)"
                R"("debtor":{{"iban":"GB57CLRB04040100057354"}},)"
                R"("creditor":{{"name":"Ann","sort_code":"601613","account_number":"31926819"}}}})",
                client_id));
    }
    Reply get(std::string_view id) {
        return world.call(maker, "GET", "/v1/orders/" + std::string(id));
    }
    // The bank never says what became of it.
    void leave_unresolved(std::string_view client_id) {
        (void)post(client_id);
        (void)world.bank_replies("clearbank", 409, "{}");
        for (int i = 0; i < 10 && get(client_id).at("status") == "in_doubt"; ++i) {
            world.clock.advance(std::chrono::hours(1));
            (void)world.bank_replies("clearbank", 200, R"({"transactions":[]})");
        }
        EXPECT_EQ(get(client_id).at("status"), "needs_review");
    }
    Reply open_review() { return world.call(reviewer, "GET", "/v1/reviews?status=open"); }
    Reply decide(const std::string& key, std::string_view decision,
                 std::string_view reason = "the bank's support said so") {
        return world.call(key, "POST", "/v1/reviews/" + open_review().at("data.0.id") + "/decide",
                          fmt::format(R"({{"decision":"{}","reason":"{}"}})", decision, reason));
    }

    World world;
    std::string maker;
    std::string reviewer;
};

TEST_F(Rulings, an_unresolved_order_is_shown_with_what_was_sent_and_what_can_be_decided) {
    leave_unresolved("a");
    const Reply list = open_review();
    EXPECT_EQ(list.at("data.0.kind"), "order_unresolved");
    EXPECT_EQ(list.at("data.0.subject_id"), get("a").at("id"));
    EXPECT_EQ(list.at("data.0.decisions.0"), "ask_again");
    EXPECT_EQ(list.at("data.0.decisions.1"), "settled");
    EXPECT_EQ(list.at("data.0.decisions.2"), "never_paid");
    const std::string target = "/v1/reviews/" + list.at("data.0.id");
    const Reply shown = world.call(reviewer, "GET", target);
    EXPECT_EQ(shown.at("order.client_id"), "a");
    EXPECT_EQ(shown.at("order.calls.0.http_status"), "409");
    const std::string narrow = world.key_of("main", "settlements:read");
    EXPECT_FALSE(world.call(narrow, "GET", target).root().member("order").has_value());
}

TEST_F(Rulings, the_key_that_made_an_order_does_not_decide_that_it_was_never_paid) {
    leave_unresolved("a");
    const Reply own = decide(maker, "never_paid");
    EXPECT_EQ(own.status(), 403);
    EXPECT_EQ(own.code(), "second_person_needed");
    EXPECT_EQ(get("a").at("status"), "needs_review");
    const Reply decided = decide(reviewer, "never_paid");
    ASSERT_EQ(decided.status(), 200) << decided.response.body;
    EXPECT_EQ(decided.at("status"), "closed");
    EXPECT_EQ(decided.at("decision"), "never_paid");
    EXPECT_EQ(decided.at("reason"), "the bank's support said so");
    EXPECT_TRUE(decided.at("actor").starts_with("key_"));
    EXPECT_EQ(get("a").at("status"), "rejected");
    EXPECT_EQ(get("a").at("reason_code"), "never_paid");
    EXPECT_EQ(open_review().count(), 0U);
}

TEST_F(Rulings, a_key_that_the_maker_made_or_rotated_is_no_second_person) {
    leave_unresolved("a");
    const std::string every = R"({"name":"mine","scopes":["*"]})";
    const Reply made = world.call(maker, "POST", "/v1/api-keys", every);
    ASSERT_EQ(made.status(), 201) << made.response.body;
    EXPECT_EQ(decide(made.at("key"), "never_paid").code(), "second_person_needed");
    const Reply further = world.call(made.at("key"), "POST", "/v1/api-keys", every);
    EXPECT_EQ(decide(further.at("key"), "never_paid").code(), "second_person_needed");
    const Reply rotated = world.call(maker, "POST", "/v1/api-keys/" + made.at("id") + "/rotate",
                                     R"({"overlap_seconds":60})");
    EXPECT_EQ(decide(rotated.at("key"), "never_paid").code(), "second_person_needed");
    const Reply theirs = world.call(reviewer, "POST", "/v1/api-keys", every);
    EXPECT_EQ(decide(theirs.at("key"), "never_paid").status(), 200);
}

TEST_F(Rulings, the_bank_is_asked_again_and_the_review_stays) {
    leave_unresolved("a");
    const std::size_t before = get("a").root().member("calls")->size();
    EXPECT_EQ(decide(maker, "ask_again").status(), 200);
    EXPECT_EQ(open_review().count(), 1U);
    EXPECT_EQ(get("a").root().member("calls")->size(), before + 1);
}

TEST_F(Rulings, an_order_is_settled_by_the_transaction_that_the_bank_shows) {
    leave_unresolved("a");
    const std::string target = "/v1/reviews/" + open_review().at("data.0.id");
    const auto claim = [&](std::string_view members) {
        return world.call(reviewer, "POST", target + "/decide",
                          fmt::format(R"({{"decision":"settled",{}"reason":"a call"}})", members));
    };
    EXPECT_EQ(claim("").code(), "member_missing");
    const Reply claimed = claim(R"("transaction_id":"tx-1",)");
    ASSERT_EQ(claimed.status(), 200) << claimed.response.body;
    EXPECT_EQ(claimed.at("status"), "open") << "the bank is asked first";
    EXPECT_EQ(claimed.at("detail.claim.transaction_id"), "tx-1");
    (void)world.bank_replies(
        "clearbank", 200,
        R"({"transaction":{"transactionId":"tx-1","endToEndIdentifier":"x","debitCreditCode":"DBIT",)"
        R"("status":"ACSC","amount":{"instructedAmount":100.00,"currency":"GBP"},)"
        R"("counterpartAccount":{"identification":{"sortCode":"601613",)"
        R"("accountNumber":"31926819"}}}})");
    EXPECT_EQ(get("a").at("status"), "settled");
    const Reply closed = world.call(reviewer, "GET", target);
    EXPECT_EQ(closed.at("decision"), "settled");
    EXPECT_EQ(closed.at("reason"), "a call");
}

TEST_F(Rulings, a_possible_duplicate_is_released_or_cancelled) {
    (void)post("a");
    EXPECT_EQ(post("b").at("status"), "needs_review");
    EXPECT_EQ(open_review().at("data.0.kind"), "possible_duplicate");
    EXPECT_EQ(decide(reviewer, "ask_again").code(), "state_conflict");
    EXPECT_EQ(decide(reviewer, "release").at("decision"), "release");
    EXPECT_EQ(get("b").at("status"), "queued");
    EXPECT_EQ(post("c").at("status"), "needs_review");
    EXPECT_EQ(decide(maker, "never_paid").at("decision"), "never_paid") << "it was never sent";
    EXPECT_EQ(get("c").at("status"), "cancelled");
}

TEST_F(Rulings, decisions_that_do_not_fit_are_refused) {
    leave_unresolved("a");
    EXPECT_EQ(decide(reviewer, "release").code(), "state_conflict");
    EXPECT_EQ(decide(reviewer, "close").code(), "state_conflict");
    EXPECT_EQ(decide(reviewer, "accept").code(), "value_invalid");
    EXPECT_EQ(decide(reviewer, "never_paid", "").code(), "member_missing");
    const std::string close = "/v1/reviews/" + open_review().at("data.0.id") + "/close";
    EXPECT_EQ(world.call(reviewer, "POST", close, R"({"reason":"x"})").code(), "state_conflict");
    const std::string narrow = world.key_of("main", "settlements:write");
    EXPECT_EQ(decide(narrow, "never_paid").code(), "scope_missing");
    EXPECT_EQ(get("a").at("status"), "needs_review");
}

} // namespace
} // namespace settled::api
