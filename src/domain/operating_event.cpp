#include "domain/operating_event.h"

#include "domain/event_envelope.h"

namespace settled::domain {

namespace {

using wire::JsonWriter;

constexpr std::string_view node_prefix = "nod";
constexpr std::string_view after_silent = "silent";
constexpr std::string_view after_failing = "failing";

void write_connector(JsonWriter& w, const WatchedConnector& connector) {
    w.member("connector_id", to_string(connector.id)).member("connector", connector.name);
}

void write_words(JsonWriter& w, std::string_view name, std::string_view words) {
    w.key(name).array();
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(' '), words.size());
        if (end > 0)
            w.value(words.substr(0, end));
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    w.end();
}

} // namespace

std::string node_id(std::int64_t holder) {
    return encode_id(node_prefix, holder);
}

Event node_lost_event(EventId id, const LostNode& node, Instant now) {
    return make_event(id, node_lost, node.holder, 1, now, [&](JsonWriter& w) {
        w.member("node_id", node_id(node.holder)).member("number", node.number);
        w.member("instance", node.instance);
        write_words(w, "roles", node.roles);
        w.member("started_at", wire::to_rfc3339(node.started_at));
        w.member("lease_until", wire::to_rfc3339(node.lease_until));
    });
}

Event connector_silent_event(EventId id, const WatchedConnector& connector, Instant silent_since,
                             std::chrono::seconds expect_every, Instant now) {
    return make_event(id, connector_silent, connector.id.value, connector.version, now,
                      [&](JsonWriter& w) {
                          write_connector(w, connector);
                          w.member("silent_since", wire::to_rfc3339(silent_since));
                          w.member("expect_every_seconds", std::int64_t{expect_every.count()});
                      });
}

Event connector_heard_event(EventId id, const WatchedConnector& connector, Instant silent_since,
                            Instant now) {
    return make_event(id, connector_recovered, connector.id.value, connector.version, now,
                      [&](JsonWriter& w) {
                          write_connector(w, connector);
                          w.member("after", after_silent);
                          w.member("silent_since", wire::to_rfc3339(silent_since));
                      });
}

Event connector_answers_event(EventId id, const WatchedConnector& connector, Instant now) {
    return make_event(id, connector_recovered, connector.id.value, connector.version, now,
                      [&](JsonWriter& w) {
                          write_connector(w, connector);
                          w.member("after", after_failing).key("silent_since").null();
                      });
}

} // namespace settled::domain
