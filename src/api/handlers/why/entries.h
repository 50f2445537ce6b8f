// Things as entries of timelines and of the feed. Pure. Accounts are masked.
#pragma once

#include "api/handlers/why/timeline_entry.h"
#include "domain/match.h"
#include "domain/order.h"
#include "domain/payment.h"
#include "domain/settlement.h"
#include "store/queries/changes.h"
#include "store/queries/events.h"
#include "store/queries/inbox.h"
#include "store/queries/notifications.h"
#include "store/queries/tasks.h"

#include <string>
#include <string_view>
#include <utility>

namespace settled::api {

// JSON of those members that are not empty.
std::string details_of(std::initializer_list<std::pair<std::string_view, std::string>> members);

TimelineEntry entry_of(const domain::Payment& payment);
TimelineEntry entry_of(const domain::Settlement& settlement);
TimelineEntry entry_of(const domain::Match& match, std::string_view client_id);
TimelineEntry entry_of(const domain::Order& order);
TimelineEntry entry_of(const store::WebhookRow& webhook);
TimelineEntry entry_of(const store::NotificationRow& notification);
TimelineEntry entry_of(const store::EventRow& event);
// Of an event.
TimelineEntry entry_of(const store::TaskRow& delivery);
// What a person or a client changed.
TimelineEntry entry_of(const store::ChangeRow& change);

} // namespace settled::api
