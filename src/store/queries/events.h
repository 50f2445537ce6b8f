// Rows of events: the facts that were published, each with its type, subject, version and body.
#pragma once

#include "domain/event.h"
#include "store/queries/feeds.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::store {

struct EventRow {
    EventId id;
    std::string type;
    std::int64_t subject_id = 0;
    std::int64_t version = 0;
    std::string body;
    Instant created_at;
};

// A second event of one version of its subject breaks a constraint.
Step<> insert_event(Session& s, TenantId tenant, const domain::Event& event);
// The type of the event that published that version of the subject; empty: there is none.
Step<std::string> type_told(Session& s, TenantId tenant, std::int64_t subject_id,
                            std::int64_t version);
Step<std::optional<EventRow>> find_event(Session& s, TenantId tenant, EventId id);
// Newest first, below `before`; `type` empty: any.
Step<std::vector<EventRow>> list_events(Session& s, TenantId tenant, std::string_view type,
                                        std::int64_t before, std::size_t limit);

// Of all types, by rising id, above `after` and up to `last`.
Step<std::vector<EventRow>> events_between(Session& s, TenantId tenant, std::int64_t after,
                                           std::int64_t last, std::size_t limit);

// Forward, in the order of the feed.
Step<FeedPage<EventRow>> events_after(Session& s, TenantId tenant, std::string_view type,
                                      FeedPlace after, std::size_t limit);

} // namespace settled::store
