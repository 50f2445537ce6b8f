#include "domain/event_form.h"

#include "domain/batch.h"
#include "domain/event.h"
#include "domain/event_catalogue.h"
#include "wire/json.h"
#include "wire/json_writer.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace settled::domain {

namespace {

using wire::Json;
using wire::JsonWriter;

constexpr std::string_view json_type = "application/json";
constexpr std::string_view cloudevent_type = "application/cloudevents+json";
constexpr std::string_view cloudevents_batch_type = "application/cloudevents-batch+json";

std::string source_of(const FormTerms& terms) {
    return fmt::format("urn:settled:{}", terms.tenant);
}

std::optional<std::string> text_at(const Json& data, std::string_view name) {
    const auto member = data.member(name);
    const auto text = member ? member->string() : std::nullopt;
    return text ? std::optional<std::string>(*text) : std::nullopt;
}

// An object of a platform is named by the body alone, and so is what a key belongs to.
std::string subject_in(const FormFacts& event) {
    std::string subject = subject_text(event.type, event.subject_id);
    if (subject.empty() && (event.type == notification_received || event.type.starts_with("key.")))
        subject = subject_of(event.body).value_or("");
    return subject;
}

// As an attribute stands in a field (HTTP binding 1.0 section 3.1.3.2).
std::string in_field(std::string_view text) {
    std::string escaped;
    for (const char c : text)
        if (c > ' ' && c < '\x7f' && c != '"' && c != '%')
            escaped += c;
        else
            escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return escaped;
}

// Structured mode (HTTP binding 1.0 section 3.2). `sequence` is a text by its extension.
std::string structured(const FormTerms& terms, const FormFacts& event, const Json& data) {
    JsonWriter w;
    w.object().member("specversion", "1.0").member("id", event.id);
    w.member("source", source_of(terms)).member("type", event.type);
    if (const std::string subject = subject_in(event); !subject.empty())
        w.member("subject", subject);
    w.member("time", wire::to_rfc3339(event.created_at));
    w.member("sequence", std::to_string(event.version));
    w.member("datacontenttype", json_type).key("data").raw(data.raw()).end();
    return std::move(w).text();
}

// Binary mode: attributes are fields, the data is the body. All values but the subject are plain
// ASCII.
std::string binary_head(const FormTerms& terms, const FormFacts& event) {
    std::string head(json_type);
    const auto add = [&head](std::string_view name, std::string_view value) {
        head += fmt::format("\nce-{}: {}", name, value);
    };
    add("specversion", "1.0");
    add("id", event.id);
    add("source", source_of(terms));
    add("type", event.type);
    if (const std::string subject = subject_in(event); !subject.empty())
        add("subject", in_field(subject));
    add("time", wire::to_rfc3339(event.created_at));
    add("sequence", std::to_string(event.version));
    return head;
}

// "2026-11-22T10:00:01.204", UTC without a zone.
std::string time_without_zone(Instant at) {
    std::string text = wire::to_rfc3339(at);
    text.pop_back();
    return text;
}

// A link to what the event is about, where the API shows it.
std::string content_of(const FormTerms& terms, const FormFacts& event, const Json& data) {
    const std::string subject = subject_in(event);
    if (subject.starts_with("stl_"))
        return fmt::format("{}/v1/settlements/{}", terms.public_url, subject);
    if (subject.starts_with("pay_"))
        return fmt::format("{}/v1/payments/{}", terms.public_url, subject);
    if (subject.starts_with("ord_"))
        return fmt::format("{}/v1/orders/{}", terms.public_url, subject);
    if (subject.starts_with("ret_"))
        return fmt::format("{}/v1/returns/{}", terms.public_url, subject);
    if (subject.starts_with("lnk_"))
        return fmt::format("{}/v1/links/{}", terms.public_url, subject);
    if (const auto notification = text_at(data, "notification_id"))
        return fmt::format("{}/v1/notifications/{}", terms.public_url, *notification);
    if (const auto settlement = text_at(data, "settlement_id"))
        return fmt::format("{}/v1/settlements/{}", terms.public_url, *settlement);
    return fmt::format("{}/v1/events/{}", terms.public_url, event.id);
}

// The client's id of the payment, where the event names one payment; else our id of the subject.
std::string business_id(const FormFacts& event, const Json& data) {
    if (const auto client_id = text_at(data, "client_id"); client_id && !client_id->empty())
        return *client_id;
    const std::string subject = subject_in(event);
    return subject.empty() ? std::string(event.id) : subject;
}

std::string clearmatch(const EndpointSettings& settings, const FormTerms& terms,
                       const FormFacts& event, const Json& data) {
    JsonWriter w;
    w.object().member("id", business_id(event, data));
    w.member("content", content_of(terms, event, data));
    w.member("notificationType", event.type).member("partnerCode", settings.partner_code);
    w.member("eventDescription", event_description(event.type));
    w.member("eventTime", time_without_zone(event.created_at)).end();
    return std::move(w).text();
}

bool is_cloudevents_batch(const EndpointSettings& settings) {
    return settings.cloudevents_mode == CloudEventsMode::batch;
}

Result<std::string> one_of_batch(const EndpointSettings& settings, const FormTerms& terms,
                                 const FormFacts& event) {
    if (settings.format == Format::native)
        return std::string(event.body);
    TRY(const auto document, wire::JsonDocument::parse(event.body));
    const auto data = document.root().member("data");
    if (!data)
        return fail(Code::value_invalid, "the event has no data");
    return settings.format == Format::cloudevents ? structured(terms, event, *data)
                                                  : clearmatch(settings, terms, event, *data);
}

} // namespace

Result<EventForm> form_of(const EndpointSettings& settings, const FormTerms& terms,
                          const FormFacts& event) {
    if (settings.format == Format::native)
        return EventForm{std::string(json_type), std::string(event.body)};
    TRY(const auto document, wire::JsonDocument::parse(event.body));
    const auto data = document.root().member("data");
    if (!data)
        return fail(Code::value_invalid, "the event has no data");
    if (settings.format == Format::clearmatch)
        return EventForm{std::string(json_type), clearmatch(settings, terms, event, *data)};
    if (settings.cloudevents_mode == CloudEventsMode::binary)
        return EventForm{binary_head(terms, event), std::string(data->raw())};
    std::string body = structured(terms, event, *data);
    if (is_cloudevents_batch(settings))
        return EventForm{std::string(cloudevents_batch_type), array_of({std::move(body)})};
    return EventForm{std::string(cloudevent_type), std::move(body)};
}

Result<EventForm> batch_form(const EndpointSettings& settings, const FormTerms& terms,
                             std::string_view id, Instant at,
                             const std::vector<FormFacts>& events) {
    std::vector<std::string> bodies;
    for (const FormFacts& event : events) {
        TRY(std::string body, one_of_batch(settings, terms, event));
        bodies.push_back(std::move(body));
    }
    if (settings.format == Format::native)
        return EventForm{std::string(json_type), native_batch(id, at, bodies)};
    const std::string_view type =
        settings.format == Format::cloudevents ? cloudevents_batch_type : json_type;
    return EventForm{std::string(type), array_of(bodies)};
}

} // namespace settled::domain
