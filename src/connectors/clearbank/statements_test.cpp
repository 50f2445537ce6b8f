#include "connectors/clearbank/statements.h"

#include "connectors/clearbank/replies.h"
#include "connectors/clearbank/webhook.h"
#include "wire/time.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace settled::connectors::clearbank {
namespace {

TEST(ClearBankStatements, a_period_is_asked_for_in_whole_seconds) {
    const auto request = request_statement_request(*wire::parse_rfc3339("2026-07-03T23:00:00Z"),
                                                   *wire::parse_rfc3339("2026-07-04T23:00:00Z"));
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/v1/statementrequests");
    EXPECT_EQ(
        request.body,
        R"({"startDateTimeUtc":"2026-07-03T23:00:00Z","endDateTimeUtc":"2026-07-04T23:00:00Z"})");
}

TEST(ClearBankStatements, a_page_is_named_by_message_and_number) {
    const std::string id = "CAMT053_20261122_10000000_AB/?x";
    const std::string target = download_statement_request(id, 2).target;
    EXPECT_EQ(target, "/v1/statements/CAMT053_20261122_10000000_AB%2F%3Fx?pageNumber=2");
    EXPECT_EQ(message_of_download(target), id);
    EXPECT_EQ(page_of_download(target), 2);
    EXPECT_EQ(message_of_download("/v1/Test"), "");
}

// "message pages", or why it is unreadable.
std::string ready(const std::string& payload) {
    const auto webhook = read_webhook(fmt::format(
        R"({{"Type":"Statements.ReadyForDownload","Version":1,"Payload":{},"Nonce":7}})", payload));
    if (!webhook)
        return "no webhook";
    if (const auto* fact = std::get_if<domain::StatementReadyFact>(&webhook->fact))
        return fmt::format("{} {} {}", fact->message_id, fact->pages, webhook->unique_id);
    const auto* unreadable = std::get_if<domain::UnreadableFact>(&webhook->fact);
    return unreadable != nullptr ? unreadable->reason : "another fact";
}

TEST(ClearBankStatements, the_webhook_names_the_message_and_its_pages) {
    EXPECT_EQ(ready(R"({"MessageId":"CAMT053_1","TotalPages":3})"), "CAMT053_1 3 CAMT053_1");
    EXPECT_EQ(ready(R"({"MessageId":"CAMT053_1","TotalPages":0})"),
              "TotalPages is missing or unreadable");
    EXPECT_EQ(ready(R"({"MessageId":"CAMT053_1","TotalPages":"3"})"),
              "TotalPages is missing or unreadable");
    EXPECT_EQ(ready(R"({"TotalPages":3})"), "MessageId is missing or unreadable");
    EXPECT_EQ(ready("[]"), "Payload is no object");
}

TEST(ClearBankStatements, a_page_that_the_bank_has_no_more_is_refused_and_stops_no_other_call) {
    const auto verdict = [](domain::CallPurpose purpose, int status) {
        return classify(purpose, domain::CallReply{status, "", std::nullopt}).reply;
    };
    EXPECT_EQ(verdict(domain::CallPurpose::download_statement, 404), domain::ReplyClass::refused);
    EXPECT_EQ(verdict(domain::CallPurpose::request_statement, 404), domain::ReplyClass::ours);
    EXPECT_EQ(verdict(domain::CallPurpose::request_statement, 422), domain::ReplyClass::refused);
}

} // namespace
} // namespace settled::connectors::clearbank
