// Events about the installation itself and its connectors, for those who operate it.
#pragma once

#include "domain/event.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace settled::domain {

inline constexpr std::string_view node_lost = "node.lost";
inline constexpr std::string_view connector_silent = "connector.silent";
inline constexpr std::string_view connector_recovered = "connector.recovered";

// A node whose lease ran out: it ended without giving its place back, or cannot reach the store. `holder` is that
// of its lease, which no other node ever has: the event's subject, as nod_….
struct LostNode {
    std::int64_t holder = 0;
    std::int64_t number = 0;
    std::string instance;
    std::string roles; // separated by blanks
    Instant started_at;
    Instant lease_until; // it was alive before
};
std::string node_id(std::int64_t holder); // nod_…
Event node_lost_event(EventId id, const LostNode& node, Instant now);

// `version`: of the connector, with this event; the same below.
struct WatchedConnector {
    ConnectorId id;
    std::string_view name;
    std::int64_t version = 0;
};
// No webhook has come since then, though one is expected within `expect_every`.
Event connector_silent_event(EventId id, const WatchedConnector& connector, Instant silent_since,
                             std::chrono::seconds expect_every, Instant now);
// A webhook came again; `silent_since` as above.
Event connector_heard_event(EventId id, const WatchedConnector& connector, Instant silent_since,
                            Instant now);
// After connector.failing: the other side takes our calls again, or a person lets them go.
Event connector_answers_event(EventId id, const WatchedConnector& connector, Instant now);

} // namespace settled::domain
