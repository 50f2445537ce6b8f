#include "connectors/clearmatch/message.h"

#include "wire/time.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace settled::connectors::clearmatch {
namespace {

// As the platform publishes it, with the comma that its sample lacks.
constexpr std::string_view sample = R"({
"id":"A056035",
"content": "https://demo-api.clearmatch.co/v1/UnsecuredLoans/application/A056035",
"notificationType": "batchApplicationStatusChange",
"partnerCode": "XXXXXXXX",
"eventDescription": "",
"eventTime": "2017-01-01T00:00:00"
})";

std::string published() {
    std::string text(sample);
    text.erase(text.find(','), 1);
    return text;
}

domain::InboundWebhook read(std::string_view body) {
    return read_message({}, body).value();
}
domain::NotificationFact fact_of(const domain::InboundWebhook& webhook) {
    return std::get<domain::NotificationFact>(webhook.fact);
}
Error refusal(std::string_view body, const MessageRules& rules = {}) {
    const auto message = read_message(rules, body);
    return message ? Error{Code::internal, "it was taken"} : message.error();
}

TEST(Message, has_the_members_of_the_published_sample) {
    const auto webhook = read(sample);
    const auto fact = fact_of(webhook);
    EXPECT_EQ(fact.platform_id, "A056035");
    EXPECT_EQ(fact.type, "batchApplicationStatusChange");
    EXPECT_EQ(fact.content_url,
              "https://demo-api.clearmatch.co/v1/UnsecuredLoans/application/A056035");
    EXPECT_EQ(fact.event_time_text, "2017-01-01T00:00:00");
    EXPECT_EQ(wire::to_rfc3339(fact.event_time.value()), "2017-01-01T00:00:00.000Z");
    EXPECT_EQ(fact.message, sample);
    EXPECT_EQ(domain::composite_key(webhook),
              "batchApplicationStatusChange:A056035:2017-01-01T00:00:00");
}

TEST(Message, without_valid_json_is_refused_with_the_place_of_its_first_fault) {
    const Error error = refusal(published());
    EXPECT_EQ(error.code, Code::json_invalid);
    EXPECT_EQ(error.detail, R"(line 3, column 1: a comma is missing after "id")");
    EXPECT_EQ(error.place.line, 3U);
    EXPECT_EQ(error.place.column, 1U);
    EXPECT_TRUE(is_kept(error));
    const auto kept = unreadable_message(published(), error.detail);
    EXPECT_EQ(std::get<domain::UnreadableFact>(kept.fact).reason, error.detail);
    EXPECT_NE(kept.dedupe_key, unreadable_message("{", "").dedupe_key);
}

TEST(Message, of_a_platform_with_known_slips_is_read_when_that_is_asked_for) {
    const auto mended = read_message({.lenient_json = true}, published());
    ASSERT_TRUE(mended);
    EXPECT_EQ(mended->payload_digest, read(sample).payload_digest);
    EXPECT_EQ(mended->dedupe_key, read(sample).dedupe_key);
    const Error error = refusal(R"({"id":"a","notificationType":})", {.lenient_json = true});
    EXPECT_EQ(error.detail, "line 1, column 30: expected a value");
}

TEST(Message, is_the_same_however_it_is_serialised) {
    const std::string anew =
        R"({"eventTime":"2017-01-01T00:00:00","eventDescription":"","partnerCode":"XXXXXXXX",)"
        R"("notificationType":"batchApplicationStatusChange","id":"A056035","content":)"
        R"("https:\/\/demo-api.clearmatch.co\/v1\/UnsecuredLoans\/application\/A056035"})";
    EXPECT_EQ(read(anew).dedupe_key, read(sample).dedupe_key);
}

TEST(Message, is_another_one_when_any_value_differs) {
    const std::string base = R"("notificationType":"t","eventTime":"2017-01-01T00:00:00")";
    const std::string first = "{\"id\":\"A\"," + base + "}";
    const std::string_view others[] = {
        R"({"id":"B","notificationType":"t","eventTime":"2017-01-01T00:00:00"})",
        R"({"id":"A","notificationType":"u","eventTime":"2017-01-01T00:00:00"})",
        R"({"id":"A","notificationType":"t","eventTime":"2017-01-01T00:00:01"})",
        R"({"id":"A","notificationType":"t","eventTime":"2017-01-01T00:00:00","more":1})",
        R"({"id":"A","notificationType":"t","eventTime":"2017-01-01T00:00:00","more":2})",
        R"({"id":"A","notificationType":"t","eventTime":"2017-01-01T00:00:00","content":""})",
    };
    std::set<std::string> keys{read(first).dedupe_key};
    for (const std::string_view other : others)
        EXPECT_TRUE(keys.insert(read(other).dedupe_key).second) << other;
    // The three that name the event are the same: the later one is marked.
    EXPECT_EQ(domain::composite_key(read(others[3])), domain::composite_key(read(first)));
}

TEST(Message, may_lack_what_is_not_needed) {
    const auto fact =
        fact_of(read(R"({"id":"A","notificationType":"t","eventTime":"soon","content":null})"));
    EXPECT_EQ(fact.content_url, "");
    EXPECT_EQ(fact.event_time, std::nullopt);
    EXPECT_EQ(fact.event_time_text, "soon");
}

TEST(Message, without_its_required_members_is_refused_with_every_problem) {
    const Error error = refusal(R"({"id":"","eventTime":7})");
    EXPECT_EQ(error.code, Code::value_invalid);
    ASSERT_EQ(error.problems.size(), 3U);
    EXPECT_EQ(error.problems[0].pointer, "/id");
    EXPECT_EQ(error.problems[1].pointer, "/notificationType");
    EXPECT_EQ(error.problems[1].code, Code::member_missing);
    EXPECT_EQ(error.problems[2].pointer, "/eventTime");
    EXPECT_EQ(refusal("[]").code, Code::value_invalid);
    const std::string long_id(257, 'a');
    EXPECT_EQ(refusal("{\"id\":\"" + long_id + R"(","notificationType":"t","eventTime":"x"})").code,
              Code::value_invalid);
    EXPECT_EQ(refusal(R"({"id":"a","id":"b"})").code, Code::json_duplicate_member);
    EXPECT_EQ(refusal("{\"id\":\"" + std::string(message_bytes_max, 'a') + "\"}").code,
              Code::json_too_large);
}

TEST(Message, nests_no_more_than_its_event_can_hold) {
    const auto nested = [](std::size_t depth) {
        return R"({"id":"A","notificationType":"t","eventTime":"x","more":)" +
               std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    EXPECT_TRUE(read_message({}, nested(61)));
    EXPECT_EQ(refusal(nested(62)).code, Code::json_too_deep);
    EXPECT_EQ(refusal(nested(70)).code, Code::json_too_deep);
}

TEST(Message, of_another_partner_is_refused_and_not_kept) {
    EXPECT_TRUE(read_message({.partner_code = "XXXXXXXX"}, sample));
    const Error error = refusal(sample, {.partner_code = "YYYYYYYY"});
    EXPECT_EQ(error.code, Code::partner_code_unknown);
    EXPECT_FALSE(is_kept(error));
}

} // namespace
} // namespace settled::connectors::clearmatch
