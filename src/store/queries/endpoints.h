// Rows of endpoints. The secret is sealed: it means nothing without the master key.
#pragma once

#include "base/bytes.h"
#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::store {

inline constexpr std::string_view endpoint_active = "active";
// What it is owed waits, and new events are owed to it; nothing is sent.
inline constexpr std::string_view endpoint_paused = "paused";
// Nothing is owed to it.
inline constexpr std::string_view endpoint_disabled = "disabled";
inline constexpr std::string_view endpoint_deleted = "deleted";

struct EndpointRow {
    TenantId tenant;
    EndpointId id;
    std::string url;
    std::string events;   // space-separated types, or "*"
    std::string auth;     // its types, space-separated
    std::string username; // of basic
    Bytes sealed_secret;
    std::string status;
    Instant created_at;
    std::string settings = "{}"; // domain/endpoint_settings.h

    friend bool operator==(const EndpointRow&, const EndpointRow&) = default;
};

// Whether events are owed to an endpoint of that status.
inline bool is_owed(std::string_view status) {
    return status == endpoint_active || status == endpoint_paused;
}

Step<> insert_endpoint(Session& s, const EndpointRow& endpoint);
// Also finds deleted ones: their deliveries still name them.
Step<std::optional<EndpointRow>> find_endpoint(Session& s, TenantId tenant, EndpointId id);
// All but the deleted ones, oldest first. [delivery] endpoints_per_tenant bounds their number.
Step<std::vector<EndpointRow>> list_endpoints(Session& s, TenantId tenant);
// How many of them there are.
Step<std::int64_t> count_endpoints(Session& s, TenantId tenant);
// The active ones of all tenants, which the workers hold in memory.
Step<std::vector<EndpointRow>> all_active_endpoints(Session& s);
// Writes url, events, auth, username, sealed_secret, status and settings.
Step<> update_endpoint(Session& s, const EndpointRow& endpoint);

// The version of the next event about the endpoint, which exists: no other event gets it.
Step<std::int64_t> next_endpoint_version(Session& s, TenantId tenant, EndpointId id);

struct Subscriber {
    EndpointId id;
    std::string events;
    std::string settings;
};
// The endpoints of a tenant that events are owed to.
Step<std::vector<Subscriber>> subscribers(Session& s, TenantId tenant);
// The workers' caches of endpoints are old: the state of one changed.
Step<> endpoints_changed(Session& s);

} // namespace settled::store
