#include "connectors/mambu/replies.h"

#include "connectors/call_rules.h"
#include "connectors/mambu/headers.h"
#include "connectors/mambu/setup.h"

#include <gtest/gtest.h>

#include <map>

namespace settled::connectors::mambu {
namespace {

using domain::Advice;
using domain::CallPurpose;
using domain::CallReply;
using domain::ReplyClass;
using std::chrono::seconds;

constexpr std::string_view excess =
    R"({"errors":[{"errorCode":110,"errorReason":"EXCESS_REPAYMENT_ERROR","errorSource":"amount"}]})";

ReplyClass class_of(CallPurpose purpose, int status, std::string body = {}) {
    return classify(purpose, CallReply{status, std::move(body), {}}).reply;
}

TEST(MambuReplies, each_status_of_a_posting_has_its_class) {
    const struct {
        ReplyClass reply;
        std::vector<int> statuses;
    } cases[] = {
        {ReplyClass::taken, {200, 201, 204, 299}},
        {ReplyClass::refused, {400, 404, 410, 422, 423}},
        {ReplyClass::ours, {401, 403, 405, 406, 415}},
        {ReplyClass::throttled, {429}},
        {ReplyClass::unclear, {0, 100, 102, 199, 301, 302, 402, 408, 409, 413, 500, 502, 503, 504}},
    };
    for (const CallPurpose purpose :
         {CallPurpose::post_repayment, CallPurpose::post_disbursement, CallPurpose::post_adjustment,
          CallPurpose::read_booking, CallPurpose::write_loan_fields})
        for (const auto& c : cases)
            for (const int status : c.statuses)
                EXPECT_EQ(class_of(purpose, status), c.reply) << status;
    EXPECT_EQ(classify(CallPurpose::post_repayment, std::nullopt).reply, ReplyClass::unclear);
}

TEST(MambuReplies, a_404_of_a_search_is_about_the_address) {
    for (const CallPurpose purpose :
         {CallPurpose::find_loans, CallPurpose::find_bookings, CallPurpose::find_channels,
          CallPurpose::find_custom_fields, CallPurpose::find_organisation})
        EXPECT_EQ(class_of(purpose, 404), ReplyClass::ours);
}

TEST(MambuReplies, a_code_about_our_access_is_ours_whatever_the_status) {
    for (const int code : {1, 2, 3, 5, 7, 9, 10}) {
        const std::string body =
            R"({"errors":[{"errorCode":)" + std::to_string(code) + R"(,"errorReason":"X"}]})";
        EXPECT_EQ(class_of(CallPurpose::post_repayment, 400, body), ReplyClass::ours) << code;
        EXPECT_EQ(class_of(CallPurpose::read_loan, 404, body), ReplyClass::ours) << code;
    }
    EXPECT_EQ(class_of(CallPurpose::post_repayment, 400, std::string(excess)), ReplyClass::refused);
}

TEST(MambuReplies, waits_are_obeyed_within_bounds) {
    const auto wait = [](int status, std::optional<seconds> after) {
        return classify(CallPurpose::post_repayment, CallReply{status, "", after}).wait;
    };
    EXPECT_EQ(wait(429, std::nullopt), seconds(30));
    EXPECT_EQ(wait(429, seconds(5)), seconds(5));
    EXPECT_EQ(wait(429, seconds(100'000)), seconds(600));
    EXPECT_EQ(wait(503, seconds(20)), seconds(20));
    EXPECT_EQ(wait(503, std::nullopt), std::nullopt);
    EXPECT_EQ(wait(102, std::nullopt), seconds(2));
    EXPECT_EQ(wait(409, std::nullopt), seconds(2));
    EXPECT_EQ(wait(400, seconds(20)), std::nullopt);
}

TEST(MambuReplies, reasons_are_mambu_s_words_with_what_they_mean) {
    const auto reason = [](int status, std::string_view body) {
        return classify(CallPurpose::post_repayment, CallReply{status, std::string(body), {}})
            .reason;
    };
    EXPECT_EQ(reason(400, excess),
              "EXCESS_REPAYMENT_ERROR (110): The repayment is more than is owed; amount");
    EXPECT_EQ(reason(400, R"({"errors":[{"errorCode":9999,"errorReason":"SOMETHING_NEW"}]})"),
              "SOMETHING_NEW (9999)");
    EXPECT_EQ(reason(401, R"({"returnCode":2,"returnStatus":"INVALID_CREDENTIALS"})"),
              R"({"returnCode":2,"returnStatus":"INVALID_CREDENTIALS"})");
    EXPECT_EQ(reason(102, ""), "the same request is being processed");
    EXPECT_EQ(reason(500, std::string(600, 'x')).size(), 512U);
    EXPECT_EQ(reason(201, excess), "");
}

TEST(MambuReplies, advice_follows_the_first_known_error) {
    EXPECT_EQ(advice_of(excess), Advice::never);
    EXPECT_EQ(advice_of(R"({"errors":[{"errorReason":"NEW"},{"errorCode":6}]})"), Advice::retry);
    EXPECT_EQ(advice_of("<html>"), Advice::review);
    EXPECT_TRUE(says_duplicate(
        R"({"errors":[{"errorCode":4,"errorReason":"INVALID_PARAMETERS","errorSource":"externalId"}]})"));
    EXPECT_TRUE(says_duplicate(R"({"errors":[{"errorReason":"EXTERNAL_ID_ALREADY_EXISTS"}]})"));
    EXPECT_FALSE(says_duplicate(excess));
    EXPECT_FALSE(says_duplicate(""));
}

TEST(MambuReplies, the_kind_of_connector_decides_whose_rules_hold) {
    const CallReply reply{404, "", {}};
    EXPECT_EQ(connectors::classify("mambu", CallPurpose::post_repayment, reply).reply,
              ReplyClass::refused);
    EXPECT_EQ(connectors::classify("clearbank", CallPurpose::pay, reply).reply, ReplyClass::ours);
    domain::CallTimes times;
    EXPECT_EQ(connectors::repeat_within("clearbank", times), times.repeat_within);
    EXPECT_LT(connectors::repeat_within("mambu", times), std::chrono::hours(6));
    times.repeat_within = seconds(60);
    EXPECT_EQ(connectors::repeat_within("mambu", times), seconds(60));
}

TEST(MambuHeaders, a_change_carries_its_key_and_a_question_none) {
    const Secret key("k3y");
    const auto fields_of = [&](std::string method, std::string target, std::string body,
                               std::string_view username) {
        std::map<std::string, std::string> fields;
        for (auto& [name, value] : header_fields(
                 {CallPurpose::test, std::move(method), std::move(target), std::move(body)}, "id-1",
                 username, key))
            fields[name] = value;
        return fields;
    };
    using Fields = std::map<std::string, std::string>;
    const std::pair<const std::string, std::string> accept{"Accept",
                                                           "application/vnd.mambu.v2+json"};
    const std::pair<const std::string, std::string> json{"Content-Type", "application/json"};
    EXPECT_EQ(fields_of("GET", "/loans/1", "", ""), (Fields{accept, {"apikey", "k3y"}}));
    EXPECT_EQ(fields_of("POST", "/loans/1/repayment-transactions", "{}", ""),
              (Fields{accept, json, {"apikey", "k3y"}, {"Idempotency-Key", "id-1"}}));
    EXPECT_EQ(fields_of("PATCH", "/loans/1", "[]", "settled"),
              (Fields{accept,
                      json,
                      {"Authorization", "Basic c2V0dGxlZDprM3k="},
                      {"Idempotency-Key", "id-1"}}));
    EXPECT_EQ(fields_of("POST", "/loans:search?limit=2", "{}", ""),
              (Fields{accept, json, {"apikey", "k3y"}}));
}

TEST(MambuSetup, each_missing_name_comes_with_what_to_do) {
    Channels channels;
    const auto all_channels = [&](std::string_view state) {
        std::string body = "[";
        for (const std::string& id : used_channels(channels))
            body.append(body.size() > 1 ? "," : "")
                .append(R"({"encodedKey":"k","id":")" + id + R"(","state":")" + std::string(state) +
                        R"("})");
        return body + "]";
    };
    EXPECT_EQ(*missing_channels(all_channels("ACTIVE"), channels), Missing{});
    EXPECT_EQ(missing_channels(all_channels("INACTIVE"), channels)->size(), 6U);
    const std::string body = all_channels("ACTIVE");
    channels.cb_repayment_bacs = "CB_Bacs";
    EXPECT_EQ(*missing_channels(body, channels),
              Missing{"create or activate the transaction channel CB_Bacs"});

    const Settings settings;
    EXPECT_EQ(
        *missing_in(
            find_loan_fields_request(),
            R"([{"id":"_ClearBank_Loan","availableFor":"LOAN_ACCOUNT","customFields":[{"id":"ibanLoan"}]},)"
            R"({"id":"_Other","customFields":[{"id":"virtualAccountId"}]}])",
            settings),
        Missing{
            "create the custom field virtualAccountId in the set _ClearBank_Loan, available for "
            "loan accounts"});
    EXPECT_EQ(missing_in(find_transaction_fields_request(), "[]", settings)->size(), 7U);
    EXPECT_EQ(*missing_in(find_organisation_request(),
                          R"({"timeZoneID":"Europe/London","currency":"GBP"})", settings),
              Missing{});
    EXPECT_EQ(missing_in(find_organisation_request(),
                         R"({"timeZoneID":"Europe/Paris","currency":"EUR"})", settings)
                  ->size(),
              2U);
    EXPECT_FALSE(missing_in(find_channels_request(), "{}", settings).has_value());
}

} // namespace
} // namespace settled::connectors::mambu
