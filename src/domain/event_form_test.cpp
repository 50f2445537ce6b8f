// Events in the formats of endpoints.
#include "domain/event_form.h"

#include "domain/event.h"
#include "domain/event_catalogue.h"
#include "wire/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::domain {
namespace {

using ::testing::HasSubstr;

constexpr Instant at{1'795'687'201'204'000}; // 2026-11-26T10:00:01.204Z
constexpr FormTerms terms{"main", "https://settled.example"};
const std::string subject = to_string(SettlementId{77});
const std::string body = R"({"id":"evt_1","type":"settlement.matched","timestamp":"x","version":3,)"
                         R"("subject":")" +
                         subject + R"(","data":{"client_id":"order-1","a":[1,2]}})";

FormFacts facts() {
    return {"evt_1", settlement_matched, 77, 3, at, body};
}

EndpointSettings with(Format format, CloudEventsMode mode = CloudEventsMode::structured) {
    EndpointSettings settings;
    settings.format = format;
    settings.cloudevents_mode = mode;
    settings.partner_code = "P1";
    return settings;
}

TEST(EventForm, native_is_the_event_as_it_stands) {
    const auto form = form_of(with(Format::native), terms, facts());
    EXPECT_EQ(form->head, "application/json");
    EXPECT_EQ(form->body, body);
}

TEST(EventForm, a_structured_cloudevent_has_the_attributes_and_the_data) {
    const auto form = form_of(with(Format::cloudevents), terms, facts());
    EXPECT_EQ(form->head, "application/cloudevents+json");
    EXPECT_EQ(
        form->body,
        R"({"specversion":"1.0","id":"evt_1","source":"urn:settled:main",)"
        R"("type":"settlement.matched","subject":")" +
            subject +
            R"(","time":"2026-11-26T10:00:01.204Z","sequence":"3",)"
            R"("datacontenttype":"application/json","data":{"client_id":"order-1","a":[1,2]}})");
}

TEST(EventForm, a_binary_cloudevent_has_its_attributes_as_fields) {
    const auto form = form_of(with(Format::cloudevents, CloudEventsMode::binary), terms, facts());
    EXPECT_EQ(form->head, "application/json\nce-specversion: 1.0\nce-id: evt_1\n"
                          "ce-source: urn:settled:main\nce-type: settlement.matched\nce-subject: " +
                              subject + "\nce-time: 2026-11-26T10:00:01.204Z\nce-sequence: 3");
    EXPECT_EQ(form->body, R"({"client_id":"order-1","a":[1,2]})");
}

TEST(EventForm, a_cloudevents_batch_is_an_array_of_structured_ones) {
    const auto settings = with(Format::cloudevents, CloudEventsMode::batch);
    const auto one = form_of(settings, terms, facts());
    EXPECT_EQ(one->head, "application/cloudevents-batch+json");
    const auto single = form_of(with(Format::cloudevents), terms, facts());
    EXPECT_EQ(one->body, "[" + single->body + "]");
    const auto two = batch_form(settings, terms, "bat_1", at, {facts(), facts()});
    EXPECT_EQ(two->head, "application/cloudevents-batch+json");
    EXPECT_EQ(two->body, "[" + single->body + "," + single->body + "]");
}

TEST(EventForm, a_clearmatch_message_has_six_members_and_a_link) {
    const auto form = form_of(with(Format::clearmatch), terms, facts());
    EXPECT_EQ(form->head, "application/json");
    EXPECT_EQ(form->body,
              R"({"id":"order-1","content":"https://settled.example/v1/settlements/)" + subject +
                  R"(","notificationType":"settlement.matched","partnerCode":"P1",)"
                  R"("eventDescription":"Money arrived and was matched to a payment that you )"
                  R"(registered","eventTime":"2026-11-26T10:00:01.204"})");
    const auto batch = batch_form(with(Format::clearmatch), terms, "bat_1", at, {facts()});
    EXPECT_EQ(batch->head, "application/json");
    EXPECT_EQ(batch->body, "[" + form->body + "]");
}

TEST(EventForm, a_clearmatch_message_without_a_client_id_has_our_id_of_the_subject) {
    FormFacts event = facts();
    const std::string plain = R"({"id":"evt_1","data":{}})";
    event.body = plain;
    const auto form = form_of(with(Format::clearmatch), terms, event);
    EXPECT_THAT(form->body, HasSubstr(R"("id":")" + subject + "\""));
}

TEST(EventForm, refuses_what_is_no_event) {
    FormFacts event = facts();
    for (const std::string_view bad : {"", "{}", "[]"}) {
        event.body = bad;
        EXPECT_FALSE(form_of(with(Format::clearmatch), terms, event).has_value()) << bad;
        EXPECT_FALSE(form_of(with(Format::cloudevents), terms, event).has_value()) << bad;
    }
}

TEST(EventCatalogue, has_a_sentence_on_every_type) {
    for (const std::string_view type : all_event_types())
        EXPECT_FALSE(event_description(type).empty())
            << type << ": describe it in api/openapi.yaml, then run tools/make_event_types.py";
    EXPECT_EQ(event_description("settlement.lost"), "");
}

} // namespace
} // namespace settled::domain
