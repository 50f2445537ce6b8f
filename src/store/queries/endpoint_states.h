// How endpoints fare: the breaker, what Retry-After asked for, dead letters that were not published
// yet, the handshake. An endpoint without a row is well.
#pragma once

#include "domain/breaker.h"
#include "store/session.h"
#include "store/step.h"

#include <string>
#include <vector>

namespace settled::store {

inline constexpr std::string_view handshake_waiting = "waiting";
inline constexpr std::string_view handshake_granted = "granted";
inline constexpr std::string_view handshake_refused = "refused";

// CloudEvents' HTTP webhook 1.0, section 4: may we send to that URL, and how fast.
struct Handshake {
    std::string state;                // ""
    std::string url;                  // that was asked
    std::int64_t rate_per_minute = 0; // 0: no limit
    std::int64_t tries = 0;
    Instant next_at;

    friend bool operator==(const Handshake&, const Handshake&) = default;
};

struct EndpointState {
    TenantId tenant;
    EndpointId endpoint;
    domain::EndpointHealth health;
    Instant missed_since; // it was disabled then; 0: nothing was missed
    Instant dead_at;      // delivery.dead was published last
    std::int64_t dead_waiting = 0;
    TaskId dead_task;
    std::string dead_cause;
    Handshake handshake;

    friend bool operator==(const EndpointState&, const EndpointState&) = default;
};

// What is written in a unit under Lock::endpoint_state.
Step<EndpointState> find_endpoint_state(Session& s, TenantId tenant, EndpointId endpoint);
Step<> put_endpoint_state(Session& s, const EndpointState& state);
// Of all tenants' endpoints that are active, for the workers' cache.
Step<std::vector<EndpointState>> all_endpoint_states(Session& s);
// Of a tenant's.
Step<std::vector<EndpointState>> list_endpoint_states(Session& s, TenantId tenant);
// Whether a probe may be made now: if so, none may be made before `until`.
Step<bool> take_probe(Session& s, TenantId tenant, EndpointId endpoint, Instant now, Instant until);

} // namespace settled::store
