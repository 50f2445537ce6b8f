// Lists by what people filter them by: newest first, below `before`, each by an index of its own. They are defined with
// the lists of all rows (events.cpp, inbox.cpp, money/reviews.cpp).
#pragma once

#include "store/queries/events.h"
#include "store/queries/inbox.h"
#include "store/queries/money/reviews.h"

#include <string_view>
#include <vector>

namespace settled::store {

// Events about one subject, in the order of their versions.
Step<std::vector<EventRow>> list_events_about(Session& s, TenantId tenant, std::int64_t subject_id,
                                              std::int64_t before, std::size_t limit);
// Webhooks of one connector, without bodies.
Step<std::vector<WebhookRow>> list_webhooks_of(Session& s, TenantId tenant, ConnectorId connector,
                                               std::int64_t before, std::size_t limit);
// Webhooks with that status, which is another one than processed.
Step<std::vector<WebhookRow>> list_webhooks_with(Session& s, TenantId tenant,
                                                 std::string_view status, std::int64_t before,
                                                 std::size_t limit);
// Reviews of one kind.
Step<std::vector<ReviewRow>> list_reviews_of_kind(Session& s, TenantId tenant,
                                                  std::string_view kind, std::int64_t before,
                                                  std::size_t limit);

} // namespace settled::store
