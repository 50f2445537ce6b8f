#include "domain/notification.h"

#include "base/enum_names.h"
#include "crypto/hash.h"
#include "domain/delivery.h"
#include "domain/event_envelope.h"
#include "wire/json.h"

#include <algorithm>
#include <array>

namespace settled::domain {

namespace {

constexpr std::array<std::string_view, 3> statuses{"queued", "complete", "failed"};
constexpr std::array<std::string_view, 4> contents{"none", "waiting", "fetched", "given_up"};

} // namespace

std::string_view token(NotificationStatus status) {
    return statuses[static_cast<std::size_t>(status)];
}

std::span<const std::string_view> notification_status_tokens() {
    return statuses;
}

std::string_view token(ContentState state) {
    return contents[static_cast<std::size_t>(state)];
}

std::optional<ContentState> content_state_named(std::string_view token) {
    return enum_named<ContentState>(contents, token);
}

std::optional<NotificationStatus> subsystem_status(std::string_view task_status,
                                                   bool endpoint_is_deleted) {
    if (task_status == token(TaskStatus::done))
        return NotificationStatus::complete;
    if (endpoint_is_deleted)
        return std::nullopt;
    return task_status == token(TaskStatus::queued) ? NotificationStatus::queued
                                                    : NotificationStatus::failed;
}

NotificationStatus notification_status(ContentState content,
                                       std::span<const NotificationStatus> subsystems) {
    const auto any = [&](NotificationStatus status) {
        return std::ranges::find(subsystems, status) != subsystems.end();
    };
    if (content == ContentState::given_up || any(NotificationStatus::failed))
        return NotificationStatus::failed;
    if (content == ContentState::waiting || any(NotificationStatus::queued))
        return NotificationStatus::queued;
    return NotificationStatus::complete;
}

namespace {

// Two objects with one number would only wait for each other.
std::int64_t subject_number(std::string_view about) {
    constexpr int taken = 7; // bytes: the number is positive
    const auto digest = crypto::sha256(about);
    std::int64_t number = 0;
    for (int i = 0; i < taken; ++i)
        number = number << 8 | static_cast<std::int64_t>(digest.at(static_cast<std::size_t>(i)));
    return std::max<std::int64_t>(number, 1);
}

} // namespace

Result<Event> notification_event(EventId id, const NotificationFacts& facts, Instant now) {
    const std::string about = facts.connector + "/" + facts.platform_id;
    const auto write = [&](wire::JsonWriter& w) {
        w.member("notification_id", to_string(facts.id)).member("connector", facts.connector);
        w.key("message").raw(facts.message).key("event_time");
        if (facts.event_time)
            w.value(wire::to_rfc3339(*facts.event_time));
        else
            w.null();
        w.member("received_at", wire::to_rfc3339(facts.received_at)).key("content");
        w.raw(facts.content.empty() ? "null" : facts.content).key("content_fetched_at");
        if (facts.content_fetched_at)
            w.value(wire::to_rfc3339(*facts.content_fetched_at));
        else
            w.null();
    };
    Event event = make_event(id, notification_received, subject_number(about), facts.received_at.us,
                             now, write, about);
    TRY_VOID(wire::JsonDocument::parse(event.body));
    return event;
}

} // namespace settled::domain
