// What has come about since a place, of several kinds, as entries of a timeline. Reads only.
#pragma once

#include "api/handlers/why/feed_kinds.h"
#include "api/handlers/why/timeline_entry.h"
#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <memory>
#include <optional>
#include <vector>

namespace settled::api {

struct FeedQuery {
    TenantId tenant;
    std::vector<FeedKind> kinds;
    ConnectorId connector; // 0: of any
    EndpointId endpoint;   // 0: to any
    Instant since;         // what is older is left out
    FeedPlaces from;
};

// Where a reading begins that has no cursor: at a time, or at the end.
store::Step<FeedPlaces> places_at(store::Session& s, TenantId tenant, std::vector<FeedKind> kinds,
                                  std::optional<Instant> since);
// Fails with cursor_invalid: a place is none of this store's.
store::Step<Result<FeedPlaces>> known_places(store::Session& s, TenantId tenant,
                                             std::vector<FeedKind> kinds, FeedPlaces places);

struct FeedEntry {
    FeedKind kind = FeedKind::events;
    TimelineEntry entry;
    // Where its kind is read on after it. nullopt: as before it, since more of the same follows.
    std::optional<store::FeedPlace> after;
};
// Of each kind about this many rows.
inline constexpr std::size_t feed_round_rows = 50;
struct FeedRound {
    std::vector<FeedEntry> entries; // each kind in its own order, the kinds merged by time
    FeedPlaces end;                 // where the next round begins
};
store::Step<FeedRound> read_round(store::Session& s, std::shared_ptr<const FeedQuery> query);

} // namespace settled::api
