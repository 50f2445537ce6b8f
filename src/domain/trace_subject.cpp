#include "domain/trace_subject.h"

#include "wire/json.h"

#include <algorithm>
#include <array>
#include <optional>

namespace settled::domain {

namespace {

using wire::Json;

// What has a place of its own in the API. An event about anything else belongs to the notification or
// the settlement that it names (as the link in a message of format clearmatch does, event_form.cpp).
constexpr std::array<std::string_view, 5> subjects{"stl_", "pay_", "ord_", "ret_", "lnk_"};

std::string text_in(const Json& object, std::string_view name) {
    const auto member = object.member(name);
    const auto text = member ? member->string() : std::nullopt;
    return text ? std::string(*text) : std::string();
}

// The value of a field in the lines of a head.
std::string field_in(std::string_view head, std::string_view name) {
    const std::string begin = "\n" + std::string(name) + ": ";
    const std::size_t at = head.find(begin);
    if (at == head.npos)
        return {};
    const std::string_view rest = head.substr(at + begin.size());
    return std::string(rest.substr(0, rest.find('\n')));
}

TracedEvent traced(std::string event, std::string subject, const std::optional<Json>& data) {
    const bool is_place = std::ranges::any_of(
        subjects, [&](std::string_view prefix) { return subject.starts_with(prefix); });
    if (is_place)
        return {std::move(subject), std::move(event)};
    for (const std::string_view name : {"notification_id", "settlement_id"})
        if (std::string named = data ? text_in(*data, name) : ""; !named.empty())
            return {std::move(named), std::move(event)};
    return {event, event};
}

// The last part of the link's path is the id.
TracedEvent traced_by_link(std::string_view link) {
    return {std::string(link.substr(link.rfind('/') + 1)), ""};
}

std::optional<TracedEvent> one_event(std::string_view head, const Json& body) {
    if (!body.is_object())
        return std::nullopt;
    if (std::string event = field_in(head, "ce-id"); !event.empty())
        return traced(std::move(event), field_in(head, "ce-subject"), body);
    if (body.member("notificationType") && body.member("content"))
        return traced_by_link(text_in(body, "content"));
    std::string event = text_in(body, "id");
    if (event.empty())
        return std::nullopt;
    return traced(std::move(event), text_in(body, "subject"), body.member("data"));
}

// Of a batch, in the native format or in another.
std::optional<Json> several(const Json& body) {
    if (body.is_array())
        return body;
    const auto data = text_in(body, "type") == "events.batch" ? body.member("data") : std::nullopt;
    return data ? data->member("events") : std::nullopt;
}

} // namespace

std::vector<TracedEvent> traced_events(std::string_view head, std::string_view body,
                                       std::size_t most) {
    std::vector<TracedEvent> events;
    const auto document = wire::JsonDocument::parse(body);
    if (!document)
        return events;
    const auto list = several(document->root());
    if (!list) {
        if (auto one = one_event(head, document->root()))
            events.push_back(*std::move(one));
        return events;
    }
    for (std::size_t i = 0; i < list->size() && events.size() < most; ++i)
        if (auto one = one_event({}, list->at(i)))
            events.push_back(*std::move(one));
    return events;
}

} // namespace settled::domain
