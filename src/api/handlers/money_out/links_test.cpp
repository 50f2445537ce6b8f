// Links, and money sent back.
#include "api/testing.h"
#include "domain/facts.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace settled::api {
namespace {

using testing::Reply;
using testing::World;

class WithBank : public ::testing::Test {
  protected:
    WithBank() : key(world.key_of("main")) {
        const Reply made = call("POST", "/v1/connectors", world.new_bank("clearbank"));
        EXPECT_EQ(made.status(), 201) << made.response.body;
        (void)world.bank_replies("clearbank", 200, "{}"); // for its accounts
    }
    Reply call(std::string_view method, std::string_view target, std::string_view body = {}) {
        return world.call(key, method, target, body);
    }

    World world;
    std::string key;
};

class Links : public WithBank {
  protected:
    Reply post(std::string_view loan, std::string_view more = "") {
        return call("POST", "/v1/links",
                    fmt::format(R"({{"connector":"clearbank","loan_account_id":"{}",)"
                                R"("owner_name":"Ann Lee"{}}})",
                                loan, more));
    }
    Reply get(const Reply& link) { return call("GET", "/v1/links/" + link.at("id")); }
    // The bank has opened the account.
    void open(const Reply& link) {
        domain::AccountOpenedFact fact;
        fact.account.iban = testing::our_iban;
        fact.bank_account_id = "va-1";
        fact.external_id = link.at("external_id");
        world.tell("clearbank", "VirtualAccountCreated", std::move(fact));
    }
};

TEST_F(Links, a_link_is_requested_once_and_active_when_the_bank_says_so) {
    const Reply first = post("LN-4711");
    ASSERT_EQ(first.status(), 202) << first.response.body;
    EXPECT_TRUE(first.at("id").starts_with("lnk_"));
    EXPECT_EQ(first.at("status"), "requested");
    EXPECT_EQ(first.at("iban"), "");
    EXPECT_EQ(first.at("calls.0.purpose"), "open_account");
    const Reply again = post("LN-4711");
    EXPECT_EQ(again.status(), 200);
    EXPECT_EQ(again.at("id"), first.at("id"));
    EXPECT_EQ(post("LN-4711", R"(,"iban":"GB57CLRB04040100057354")").code(), "loan_linked");
    (void)world.bank_replies("clearbank", 202, "{}");
    open(first);
    const Reply active = get(first);
    EXPECT_EQ(active.at("status"), "active");
    EXPECT_EQ(active.at("iban"), testing::our_iban);
    EXPECT_EQ(active.at("virtual_account_id"), "va-1");
    EXPECT_TRUE(active.at("webhooks.0").starts_with("whk_"));
    EXPECT_EQ(call("GET", "/v1/links").at("data.0.connector"), "clearbank");
    EXPECT_EQ(post("LN-2", R"(,"iban":"GB57CLRB04040100057354")").code(), "iban_taken");
}

TEST_F(Links, an_active_link_is_disabled_at_the_bank) {
    const Reply link = post("LN-4711");
    const std::string target = "/v1/links/" + link.at("id");
    EXPECT_EQ(call("DELETE", target).code(), "state_conflict");
    (void)world.bank_replies("clearbank", 202, "{}");
    open(link);
    const Reply asked = call("DELETE", target);
    ASSERT_EQ(asked.status(), 202) << asked.response.body;
    EXPECT_EQ(asked.at("status"), "active");
    EXPECT_EQ(asked.at("calls.1.purpose"), "list_accounts");
    EXPECT_EQ(asked.at("calls.1.status"), "cancelled") << "the webhook came first";
    EXPECT_EQ(asked.at("calls.2.purpose"), "disable_account");
    (void)world.bank_replies("clearbank", 204, "");
    EXPECT_EQ(call("DELETE", target).status(), 200);
    EXPECT_EQ(call("DELETE", target).at("status"), "disabled");
    EXPECT_EQ(post("LN-4711").status(), 202) << "a disabled loan account is linked again";
}

// The bank has not answered, and its list shows no account: a person has it tried again.
TEST_F(Links, an_unresolved_link_is_tried_again_by_a_person) {
    const Reply link = post("LN-4711");
    const auto answer = [&](int status, std::string body) {
        (void)world.bank_replies("clearbank", status, std::move(body));
        world.clock.advance(std::chrono::minutes(11));
    };
    for (int i = 0; i < 6; ++i)
        answer(503, "{}");
    for (int i = 0; i < 10 && call("GET", "/v1/reviews?status=open").count() == 0; ++i)
        answer(200, R"({"accounts":[]})");
    const Reply list = call("GET", "/v1/reviews?status=open");
    ASSERT_EQ(list.count(), 1U) << get(link).response.body;
    EXPECT_EQ(list.at("data.0.kind"), "link_unresolved");
    EXPECT_EQ(list.at("data.0.decisions.0"), "try_again");
    const std::string target = "/v1/reviews/" + list.at("data.0.id");
    constexpr std::string_view decision = R"({"decision":"try_again","reason":"support says so"})";
    const std::string narrow = world.key_of("main", "settlements:write");
    EXPECT_EQ(world.call(narrow, "POST", target + "/decide", decision).code(), "scope_missing");
    const Reply decided = call("POST", target + "/decide", decision);
    ASSERT_EQ(decided.status(), 200) << decided.response.body;
    EXPECT_EQ(decided.at("status"), "open") << "the bank's list is read first";
    EXPECT_EQ(decided.at("detail.try_again.reason"), "support says so");
    (void)world.bank_replies("clearbank", 200, R"({"accounts":[]})");
    const auto sent = world.bank_replies("clearbank", 202, "{}");
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent.front().request.purpose, domain::CallPurpose::open_account);
    EXPECT_EQ(call("GET", target).at("decision"), "try_again");
    open(link);
    EXPECT_EQ(get(link).at("status"), "active");
}

class Returns : public WithBank {
  protected:
    Returns() {
        (void)call("POST", "/v1/accounts", R"({"iban":"GB57CLRB04040100057354"})");
        world.settle_at("clearbank", testing::money_in("T1", "E2E-000001"));
        settlement = call("GET", "/v1/settlements").at("data.0.id");
    }
    Reply post(std::string_view reason) {
        return call("POST", "/v1/returns",
                    fmt::format(R"({{"settlement_id":"{}","reason":"{}"}})", settlement, reason));
    }
    std::string settlement;
};

TEST_F(Returns, a_settlement_is_sent_back_once) {
    const Reply first = post("account_closed");
    ASSERT_EQ(first.status(), 202) << first.response.body;
    EXPECT_TRUE(first.at("id").starts_with("ret_"));
    EXPECT_EQ(first.at("status"), "queued");
    EXPECT_EQ(first.at("settlement_id"), settlement);
    EXPECT_EQ(first.at("connector"), "clearbank");
    EXPECT_EQ(first.at("calls.0.purpose"), "return_payment");
    EXPECT_EQ(post("account_closed").status(), 200);
    EXPECT_EQ(post("other").code(), "return_exists");
    EXPECT_EQ(call("GET", "/v1/returns").count(), 1U);
    (void)world.bank_replies("clearbank", 202, "{}");
    EXPECT_EQ(call("GET", "/v1/returns/" + first.at("id")).at("status"), "submitted");
}

TEST_F(Returns, a_return_and_a_link_have_a_timeline_by_the_client_s_id) {
    const Reply back = call("POST", "/v1/returns",
                            fmt::format(R"({{"client_id":"back-1","settlement_id":"{}",)"
                                        R"("reason":"account_closed"}})",
                                        settlement));
    ASSERT_EQ(back.status(), 202) << back.response.body;
    EXPECT_EQ(call("GET", "/v1/timeline/back-1").at("subject.id"), back.at("id"));
    const Reply link = call("POST", "/v1/links",
                            R"({"client_id":"link-1","connector":"clearbank",)"
                            R"("loan_account_id":"LN-1","owner_name":"Ann Lee"})");
    ASSERT_EQ(link.status(), 202) << link.response.body;
    EXPECT_EQ(call("GET", "/v1/timeline/link-1").at("subject.id"), link.at("id"));
    EXPECT_EQ(call("GET", "/v1/timeline/link-2").status(), 404);
}

TEST_F(Returns, a_settlement_that_cannot_be_returned_is_refused) {
    const Reply reply = post("because");
    EXPECT_EQ(reply.status(), 422);
    EXPECT_EQ(reply.at("errors.0.pointer"), "/reason");
    EXPECT_EQ(call("POST", "/v1/returns", R"({"settlement_id":"pay_1","reason":"other"})").code(),
              "value_invalid");
    EXPECT_EQ(call("GET", "/v1/returns").count(), 0U);
}

TEST_F(Returns, a_refused_return_is_put_to_a_person) {
    const Reply sent = post("other");
    (void)world.bank_replies("clearbank", 400, R"({"title":"Too late","status":400})");
    EXPECT_EQ(call("GET", "/v1/returns/" + sent.at("id")).at("status"), "rejected");
    const Reply list = call("GET", "/v1/reviews?status=open");
    EXPECT_EQ(list.at("data.0.kind"), "return_refused");
    EXPECT_EQ(list.at("data.0.subject_id"), sent.at("id"));
    EXPECT_EQ(list.at("data.0.decisions"), R"(["post_again","close"])");
    const std::string review = "/v1/reviews/" + list.at("data.0.id");
    EXPECT_EQ(call("GET", review).at("return.calls.0.http_status"), "400");
    const Reply again =
        call("POST", review + "/decide", R"({"decision":"post_again","reason":"it is a loan's"})");
    EXPECT_EQ(again.code(), "state_conflict") << "it was booked on no loan";
    EXPECT_EQ(call("GET", review).at("status"), "open");
    const Reply decided =
        call("POST", review + "/decide", R"({"decision":"close","reason":"paid by cheque"})");
    EXPECT_EQ(decided.status(), 200) << decided.response.body;
    EXPECT_EQ(decided.at("status"), "closed");
    EXPECT_EQ(decided.at("reason"), "paid by cheque");
}

} // namespace
} // namespace settled::api
