// Whose trace an event is in, whatever the format of the delivery.
#include "domain/trace_subject.h"

#include "base/id.h"
#include "domain/event_form.h"

#include <gtest/gtest.h>

namespace settled::domain {
namespace {

constexpr Instant at{1'795'687'201'204'000};
constexpr FormTerms terms{"main", "https://settled.example"};
constexpr std::string_view settlement_type = "settlement.matched";

std::string event(std::string_view subject, std::string_view data) {
    return R"({"id":"evt_1","type":"settlement.matched","timestamp":"x","version":3,"subject":")" +
           std::string(subject) + R"(","data":)" + std::string(data) + "}";
}

std::string subject_of_trace(std::string_view head, std::string_view body) {
    const auto events = traced_events(head, body, 10);
    return events.size() == 1 ? events.front().subject : "";
}

TEST(TraceSubject, an_event_belongs_to_its_subject_where_that_has_a_place_in_the_api) {
    for (const std::string_view subject : {"stl_7", "pay_7", "ord_7", "ret_7", "lnk_7"})
        EXPECT_EQ(subject_of_trace("", event(subject, R"({"settlement_id":"stl_9"})")), subject);
}

TEST(TraceSubject, another_event_belongs_to_the_notification_or_settlement_that_it_names) {
    EXPECT_EQ(subject_of_trace("", event("pst_7", R"({"settlement_id":"stl_9"})")), "stl_9");
    EXPECT_EQ(subject_of_trace("", event("clearmatch/A1", R"({"notification_id":"ntf_9"})")),
              "ntf_9");
    EXPECT_EQ(subject_of_trace("", event("end_7", "{}")), "evt_1") << "else it has one of its own";
}

TEST(TraceSubject, an_event_has_the_same_in_every_format) {
    const std::string subject = to_string(SettlementId{77});
    const std::string body = event(subject, R"({"client_id":"order-1"})");
    EndpointSettings settings;
    const auto check = [&] {
        const auto form = form_of(settings, terms, {"evt_1", settlement_type, 77, 3, at, body});
        ASSERT_TRUE(form.has_value());
        EXPECT_EQ(subject_of_trace(form->head, form->body), subject);
    };
    check();
    settings.format = Format::cloudevents;
    for (const auto mode :
         {CloudEventsMode::structured, CloudEventsMode::binary, CloudEventsMode::batch}) {
        settings.cloudevents_mode = mode;
        check();
    }
    settings.format = Format::clearmatch;
    check();
}

TEST(TraceSubject, a_batch_has_all_its_events_up_to_a_bound) {
    EndpointSettings settings;
    const std::string one = event(to_string(SettlementId{1}), "{}");
    const std::vector<FormFacts> events(5, {"evt_1", settlement_type, 1, 3, at, one});
    for (const Format format : {Format::native, Format::cloudevents, Format::clearmatch}) {
        settings.format = format;
        const auto form = batch_form(settings, terms, "bat_1", at, events);
        ASSERT_TRUE(form.has_value());
        EXPECT_EQ(traced_events(form->head, form->body, 10).size(), 5U);
        EXPECT_EQ(traced_events(form->head, form->body, 3).size(), 3U);
    }
}

TEST(TraceSubject, bytes_that_are_none_of_ours_have_none) {
    for (const std::string_view body : {"", "{", "[]", "7", "{}", R"({"id":7})", R"([[]])"})
        EXPECT_TRUE(traced_events("", body, 10).empty()) << body;
}

} // namespace
} // namespace settled::domain
