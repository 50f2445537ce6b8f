// Events for those who poll: pages forward in the feed, filtered, and answers that wait for what is
// to come. Each event is shown as the bytes that endpoints are sent.
#pragma once

#include "api/call.h"
#include "api/core.h"
#include "domain/field_filter.h"
#include "store/queries/events.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace settled::api {

// Where a reader of events stands.
struct EventPlace {
    store::FeedPlace place;
    // The last event that had been purged when the reader began: what was purged up to there was not the
    // reader's to see. 0: the reader has been there since before anything was purged.
    std::int64_t purged = 0;
};

struct EventQuery {
    TenantId tenant;
    std::string types = "*"; // space-separated, or "*"
    domain::FieldFilter filter;
    EventPlace after;
    std::size_t limit = 0;
};

struct EventFeedPage {
    std::vector<store::EventRow> rows;
    EventPlace end;
};
// A page, or what is wrong with its place: cursor_invalid, events_purged.
store::Step<Result<EventFeedPage>> read_events_page(store::Session& s,
                                                    std::shared_ptr<const EventQuery> query);

// {"data":[…],"next":"cur_…"}
std::string events_page_text(const EventFeedPage& page);

std::string cursor_of(const EventPlace& place);

// ?wait=, in seconds; 0 when absent. Fails with parameter_invalid.
Result<std::chrono::seconds> read_wait(const net::Request& request);

// The page; when it is empty, once there is something to show or the wait is over. Fails with
// too_many_requests: too many wait already.
Task<Result<Answer>> answer_events(const Core& core, EventQuery query, std::chrono::seconds wait);
// Server-sent events, until the client ends it.
Task<Result<Answer>> stream_events(const Core& core, EventQuery query);

// ?after= and the like: a cursor, "end", or the id of an event. Fails with cursor_invalid.
Task<Result<EventPlace>> event_place(const Core& core, TenantId tenant, std::string after);

} // namespace settled::api
