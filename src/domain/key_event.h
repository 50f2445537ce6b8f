// Events about keys: one ends soon or has ended, one cannot be used, one can be used again.
#pragma once

#include "domain/event.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace settled::domain {

// Their types. Released names do not change.
inline constexpr std::string_view key_expiring = "key.expiring";
inline constexpr std::string_view key_expired = "key.expired";
inline constexpr std::string_view key_unavailable = "key.unavailable";
inline constexpr std::string_view key_recovered = "key.recovered";

// What a key's event is about. Keys are those of a connector, API keys, client certificates of endpoints,
// and the installation's certificates.
struct KeySubject {
    std::int64_t id = 0;     // a connector, an API key or an endpoint; 0: the installation
    std::string text;        // "con_…", "key_…", "end_…", "tls/FINGERPRINT", "kafka/FINGERPRINT"
    std::string connector;   // its name; empty: it is no connector's
    std::string use;         // "bank_key", "api_token", "tls", "kafka", …
    std::string fingerprint; // SHA-256, hex; empty: it has none
};

// How far off the end of a key is when it is published: 30, 7 or 1 day, or 0: it has ended; nullopt: further.
std::optional<int> key_end_stage(Instant end, Instant now);
// Begun days count.
std::int64_t days_left(Instant end, Instant now);

// `version`: of the subject, with this event; the same below. key.expired where the end has come, else
// key.expiring.
Event key_end_event(EventId id, const KeySubject& key, Instant expires_at, std::int64_t version,
                    Instant now);
Event key_unavailable_event(EventId id, const KeySubject& key, Instant since, std::int64_t version,
                            Instant now);
Event key_recovered_event(EventId id, const KeySubject& key, Instant since, std::int64_t version,
                          Instant now);

} // namespace settled::domain
