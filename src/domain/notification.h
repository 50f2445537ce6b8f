// A notification of a platform: a message that was received, the content that it points to, and the
// subsystems (endpoints) that are to have both.
#pragma once

#include "base/id.h"
#include "domain/event.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace settled::domain {

// The three words of people who look at the queue, for a notification and for each subsystem of it.
// The tokens are in the store: never rename.
enum class NotificationStatus : std::uint8_t {
    queued,   // content is being fetched, or a subsystem has not taken it yet
    complete, // content was fetched, and every subsystem that is owed it has taken it
    failed,   // the content was given up, or a delivery is dead: a person must look
};
std::string_view token(NotificationStatus status);
std::span<const std::string_view> notification_status_tokens();

// What becomes of its content. The tokens are in the store.
enum class ContentState : std::uint8_t {
    none,    // there is nothing to fetch
    waiting, // a call for it is under way or due
    fetched,
    given_up,
};
std::string_view token(ContentState state);
std::optional<ContentState> content_state_named(std::string_view token);

// Of a delivery, by its task's status and what became of its endpoint. nullopt: it is owed no more.
std::optional<NotificationStatus> subsystem_status(std::string_view task_status,
                                                   bool endpoint_is_deleted);
// Of the whole, from its content and its subsystems.
NotificationStatus notification_status(ContentState content,
                                       std::span<const NotificationStatus> subsystems);

struct NotificationFacts {
    NotificationId id;
    std::string connector;
    std::string platform_id;
    std::string message; // JSON
    std::optional<Instant> event_time;
    Instant received_at;
    std::string content; // JSON; empty: there is none
    std::optional<Instant> content_fetched_at;
};
// Its subject is the object of the platform, "connector/platform_id"; its version rises with the time
// of receipt.
// Fails with json_too_large, json_too_deep: the content makes the event larger than what can be read
// again.
Result<Event> notification_event(EventId id, const NotificationFacts& facts, Instant now);
// How many objects and arrays a message or content may nest less than JSON may, since the event has
// them inside.
inline constexpr std::size_t event_depth = 2;

} // namespace settled::domain
