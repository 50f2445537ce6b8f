// Rows of notifications: what platforms notify us of (domain/notification.h).
#pragma once

#include "base/id.h"
#include "domain/notification.h"
#include "store/bite.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

struct NotificationRow {
    TenantId tenant;
    NotificationId id;
    ConnectorId connector;
    std::string composite_key;
    std::string platform_id;
    std::string type;
    std::string event_time_text;
    std::optional<Instant> event_time;
    std::string message; // JSON
    std::string content_url;
    domain::ContentState content = domain::ContentState::none;
    std::optional<CallId> call;
    std::int64_t rounds = 0;
    std::string failure;
    std::optional<Instant> content_fetched_at;
    std::optional<EventId> event;
    std::string status;
    std::optional<NotificationId> differs_from;
    std::int64_t received_count = 1;
    Instant received_at, last_received_at, updated_at;
};

Step<> insert_notification(Session& s, const NotificationRow& row);
// Writes what changes: content, call, rounds, failure, content_fetched_at, event, status, updated_at.
Step<> update_notification(Session& s, const NotificationRow& row);
// Who is to change it holds Lock::notification.
Step<std::optional<NotificationRow>> find_notification(Session& s, TenantId tenant,
                                                       NotificationId id);
// The newest of a connector with that composite key.
Step<std::optional<NotificationId>> find_alike(Session& s, TenantId tenant, ConnectorId connector,
                                               std::string_view composite_key);
// It came again. False: it was released.
Step<bool> count_received(Session& s, TenantId tenant, NotificationId id, Instant now);

struct NotificationFilter {
    std::string status;         // empty: any
    std::int64_t connector = 0; // 0: any
};
// Newest first, below `before`.
Step<std::vector<NotificationRow>> list_notifications(Session& s, TenantId tenant,
                                                      NotificationFilter filter,
                                                      std::int64_t before, std::size_t limit);

// One endpoint's part in an event: its delivery.
struct SubsystemRow {
    TaskId delivery;
    EndpointId endpoint;
    std::string task_status;
    std::string endpoint_status;
};
// Oldest first.
Step<std::vector<SubsystemRow>> subsystems_of(Session& s, TenantId tenant, EventId event);

// Deletes complete ones of a connector that were received before `until`, oldest first.
Step<Bitten> release_notifications(Session& s, TenantId tenant, ConnectorId connector,
                                   Instant until, Bite bite);

} // namespace settled::store
