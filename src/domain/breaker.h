// How an endpoint fares, and when attempts at it are held back. Pure.
//
// The breaker opens after five failures in a row (no answer, 429, 5xx) over at least a minute. Then
// one probe at a time is made with the oldest due delivery, after 30 s, then after twice as long
// each time, up to 15 min; one success closes it. While it is open an attempt does not count
// against a delivery's schedule: the delivery dies only seven days after it was owed.
#pragma once

#include "base/clock.h"
#include "domain/delivery.h"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace settled::domain {

// An instant of 0: never, none.
struct EndpointHealth {
    std::int64_t failures = 0; // in a row
    Instant failing_since;     // the first of them
    Instant last_success_at;   // to a minute
    Instant held_since;        // the breaker is open since then
    std::chrono::microseconds probe_wait{0};
    Instant next_probe_at;
    Instant quiet_until; // the partner asked for silence until then

    bool is_held() const { return held_since.us != 0; }
    bool is_quiet(Instant now) const { return now < quiet_until; }
    friend bool operator==(const EndpointHealth&, const EndpointHealth&) = default;
};

// ok, failing, held_back
std::string_view health_token(const EndpointHealth& health);

inline constexpr std::chrono::microseconds held_delivery_max = std::chrono::days(7);
// How old the time of the last success may be before a success writes it again.
inline constexpr std::chrono::microseconds success_note_age = std::chrono::minutes(1);

enum class HealthChange : std::uint8_t { none, opened, recovered };

HealthChange after_success(EndpointHealth& health, Instant now);
// `quiet_for`: what Retry-After asked of the whole endpoint; 0: nothing. While the breaker is open,
// only a probe's failure counts.
struct Failure {
    AttemptResult result;
    std::chrono::microseconds quiet_for{0};
    bool is_probe = false;
};
HealthChange after_failure(EndpointHealth& health, const Failure& failure, Instant now);

} // namespace settled::domain
