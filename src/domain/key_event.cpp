#include "domain/key_event.h"

#include "domain/event_envelope.h"

#include <array>
#include <chrono>

namespace settled::domain {

namespace {

using std::chrono::days;
using wire::JsonWriter;

constexpr std::array stages{1, 7, 30};

void write_or_null(JsonWriter& w, std::string_view name, const std::string& text) {
    w.key(name);
    text.empty() ? w.null() : w.value(text);
}

void write_key(JsonWriter& w, const KeySubject& key) {
    write_or_null(w, "connector", key.connector);
    w.member("use", key.use);
    write_or_null(w, "fingerprint", key.fingerprint);
}

Event outage_event(EventId id, std::string_view type, std::string_view since_name,
                   const KeySubject& key, Instant since, std::int64_t version, Instant now) {
    return make_event(
        id, type, key.id, version, now,
        [&](JsonWriter& w) {
            write_key(w, key);
            w.member(since_name, wire::to_rfc3339(since));
        },
        key.text);
}

} // namespace

std::optional<int> key_end_stage(Instant end, Instant now) {
    if (end <= now)
        return 0;
    for (const int stage : stages)
        if (end <= now + days(stage))
            return stage;
    return std::nullopt;
}

std::int64_t days_left(Instant end, Instant now) {
    return end <= now ? 0 : std::chrono::ceil<days>(end - now).count();
}

Event key_end_event(EventId id, const KeySubject& key, Instant expires_at, std::int64_t version,
                    Instant now) {
    return make_event(
        id, expires_at <= now ? key_expired : key_expiring, key.id, version, now,
        [&](JsonWriter& w) {
            write_key(w, key);
            w.member("expires_at", wire::to_rfc3339(expires_at));
            w.member("days_left", days_left(expires_at, now));
        },
        key.text);
}

Event key_unavailable_event(EventId id, const KeySubject& key, Instant since, std::int64_t version,
                            Instant now) {
    return outage_event(id, key_unavailable, "since", key, since, version, now);
}

Event key_recovered_event(EventId id, const KeySubject& key, Instant since, std::int64_t version,
                          Instant now) {
    return outage_event(id, key_recovered, "down_since", key, since, version, now);
}

} // namespace settled::domain
