#include "domain/breaker.h"

#include <algorithm>

namespace settled::domain {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t failures_to_open = 5;
constexpr std::chrono::microseconds failing_to_open = 60s;
constexpr std::chrono::microseconds probe_wait_first = 30s;
constexpr std::chrono::microseconds probe_wait_max = 15min;

// What says that the partner is not well, as opposed to that it refuses what it was sent.
bool is_of_the_partner(const AttemptResult& result) {
    if (!result.http_status)
        return true;
    return *result.http_status == 429 || *result.http_status >= 500;
}

} // namespace

std::string_view health_token(const EndpointHealth& health) {
    if (health.is_held())
        return "held_back";
    return health.failures > 0 ? "failing" : "ok";
}

HealthChange after_success(EndpointHealth& health, Instant now) {
    const bool was_held = health.is_held();
    health = {};
    health.last_success_at = now;
    return was_held ? HealthChange::recovered : HealthChange::none;
}

HealthChange after_failure(EndpointHealth& health, const Failure& failure, Instant now) {
    if (failure.quiet_for.count() > 0)
        health.quiet_until = std::max(health.quiet_until, now + failure.quiet_for);
    if (health.is_held() && !failure.is_probe)
        return HealthChange::none; // it was under way when the breaker opened
    if (health.is_held()) {
        health.probe_wait = std::min(2 * health.probe_wait, probe_wait_max);
        health.next_probe_at = now + health.probe_wait;
        return HealthChange::none;
    }
    if (!is_of_the_partner(failure.result)) {
        health.failures = 0;
        health.failing_since = {};
        return HealthChange::none;
    }
    if (health.failures == 0)
        health.failing_since = now;
    ++health.failures;
    if (health.failures < failures_to_open || now - health.failing_since < failing_to_open)
        return HealthChange::none;
    health.held_since = now;
    health.probe_wait = probe_wait_first;
    health.next_probe_at = now + probe_wait_first;
    return HealthChange::opened;
}

} // namespace settled::domain
