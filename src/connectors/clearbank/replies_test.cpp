#include "connectors/clearbank/replies.h"

#include <gtest/gtest.h>

#include <string>

namespace settled::connectors::clearbank {
namespace {

using domain::CallPurpose;
using domain::CallReply;
using domain::ReplyClass;
using domain::ReplyVerdict;
using std::chrono::seconds;

ReplyVerdict verdict(CallPurpose purpose, int status, std::string body = {},
                     std::optional<seconds> retry_after = {}) {
    return classify(purpose, CallReply{status, std::move(body), retry_after});
}

TEST(ClearbankReplies, no_readable_reply_is_unclear) {
    const ReplyVerdict none = classify(CallPurpose::pay, std::nullopt);
    EXPECT_EQ(none.reply, ReplyClass::unclear);
    EXPECT_EQ(none.wait, std::nullopt);
    EXPECT_EQ(none.reason, "there was no readable reply");
}

TEST(ClearbankReplies, each_status_of_a_payment_call_has_its_class) {
    const struct {
        ReplyClass reply;
        std::vector<int> statuses;
    } cases[] = {
        {ReplyClass::taken, {200, 201, 202, 204, 299}},
        {ReplyClass::received, {409}},
        {ReplyClass::throttled, {429}},
        {ReplyClass::ours, {401, 403, 404, 405, 406, 410, 415, 423}},
        {ReplyClass::refused, {400, 422}},
        {ReplyClass::unclear,
         {0,   100, 199, 300, 301, 302, 307, 402, 407, 408, 411, 412, 413, 414, 417,
          421, 424, 425, 428, 431, 451, 500, 501, 502, 503, 504, 520, 599, 600, 999}},
    };
    for (const CallPurpose purpose : {CallPurpose::pay, CallPurpose::return_payment})
        for (const auto& c : cases)
            for (const int status : c.statuses)
                EXPECT_EQ(verdict(purpose, status).reply, c.reply) << status;
}

TEST(ClearbankReplies, a_404_is_about_the_account_only_where_the_call_names_one) {
    for (const CallPurpose purpose : {CallPurpose::disable_account, CallPurpose::find_account})
        for (const int status : {404, 410, 423})
            EXPECT_EQ(verdict(purpose, status).reply, ReplyClass::refused) << status;
    for (const CallPurpose purpose :
         {CallPurpose::pay, CallPurpose::return_payment, CallPurpose::open_account,
          CallPurpose::list_accounts, CallPurpose::find_transactions, CallPurpose::test})
        EXPECT_EQ(verdict(purpose, 404).reply, ReplyClass::ours);
    EXPECT_EQ(verdict(CallPurpose::disable_account, 403).reply, ReplyClass::ours);
}

TEST(ClearbankReplies, a_400_about_signature_or_request_id_is_ours) {
    for (const char* title : {"Invalid DigitalSignature Header", "Missing X-Request-Id Header",
                              "invalid digitalsignature header"}) {
        const std::string body = std::string(R"({"title":")") + title + R"(","status":400})";
        EXPECT_EQ(verdict(CallPurpose::pay, 400, body).reply, ReplyClass::ours) << title;
        EXPECT_EQ(verdict(CallPurpose::open_account, 400, body).reply, ReplyClass::ours) << title;
    }
    for (const char* body :
         {R"({"title":"One or more validation errors occurred.","status":400})",
          R"({"detail":"Missing X-Request-Id Header"})", R"({"title":7})", "[]", "", "<html>"})
        EXPECT_EQ(verdict(CallPurpose::pay, 400, body).reply, ReplyClass::refused) << body;
}

TEST(ClearbankReplies, a_throttled_call_waits_as_long_as_the_bank_says) {
    const std::string gateway =
        R"({"statusCode":429,"message":"Rate limit is exceeded. Try again in 42 seconds."})";
    const std::string problem =
        R"({"type":"x","title":"Too many requests","status":429,"detail":"Try again in 1 second."})";
    const struct {
        std::string body;
        std::optional<seconds> header;
        seconds wait;
    } cases[] = {
        {gateway, std::nullopt, seconds(42)},
        {gateway, seconds(7), seconds(7)},
        {problem, std::nullopt, seconds(1)},
        {"", std::nullopt, seconds(30)},
        {R"({"message":"Slow down for some seconds"})", std::nullopt, seconds(30)},
        {R"({"message":"Try again in 99999999999999999999 seconds"})", std::nullopt, seconds(600)},
        {R"({"message":"Try again in 0 seconds"})", std::nullopt, seconds(1)},
        {"Try again in 12 seconds", std::nullopt, seconds(12)},
        {"", seconds(100'000), seconds(600)},
        {"", seconds(-5), seconds(1)},
        {"", seconds(0), seconds(1)},
    };
    for (const auto& c : cases) {
        const ReplyVerdict read = verdict(CallPurpose::list_accounts, 429, c.body, c.header);
        EXPECT_EQ(read.reply, ReplyClass::throttled);
        EXPECT_EQ(read.wait, c.wait) << c.body;
    }
}

TEST(ClearbankReplies, a_503_says_when_to_come_back) {
    EXPECT_EQ(verdict(CallPurpose::pay, 503, "", seconds(20)).wait, seconds(20));
    EXPECT_EQ(verdict(CallPurpose::pay, 503, "", seconds(20'000)).wait, seconds(600));
    EXPECT_EQ(verdict(CallPurpose::pay, 503).wait, std::nullopt);
    EXPECT_EQ(verdict(CallPurpose::pay, 422, "", seconds(20)).wait, std::nullopt);
}

TEST(ClearbankReplies, the_reason_is_in_the_bank_s_words_and_bounded) {
    const struct {
        std::string body;
        std::string reason;
    } cases[] = {
        {R"({"type":"t","title":"Bad","status":400,"detail":"Worse","errors":{"a":["1","2"],"b":["3"]},"traceId":"x"})",
         "Bad; Worse; a: 1, 2; b: 3"},
        {R"({"title":"Bad","status":"400","errors":null})", "Bad"},
        {R"({"errors":{"a":"only a text","b":7}})", "a: only a text; b: "},
        {R"({"errors":["x","y"]})", "x; y"},
        {R"({"status":409})", ""},
        {"line one\nline two\x01", "line one line two "},
        {"", ""},
        {"{\"title\":\"" + std::string(600, 'x') + "\"}", std::string(512, 'x')},
    };
    for (const auto& c : cases)
        EXPECT_EQ(verdict(CallPurpose::pay, 400, c.body).reason, c.reason) << c.body;
    EXPECT_EQ(verdict(CallPurpose::pay, 202, R"({"title":"fine"})").reason, "");
}

} // namespace
} // namespace settled::connectors::clearbank
