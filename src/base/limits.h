// The bounds of the server, each with its reason; those of one module alone are in its bounds.h. A
// wait, list or queue without a bound is a defect. Relations between bounds are static_asserts.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace settled::limits {

using namespace std::chrono_literals;

// HTTP in. The bank's largest documented webhook (CHAPS with its pacs.008) is just over 80,000
// characters.
inline constexpr std::size_t header_bytes_max = 16 * 1024;
inline constexpr std::size_t header_fields_max = 100;
inline constexpr std::size_t target_bytes_max = 4 * 1024;
inline constexpr std::size_t webhook_body_bytes_max = 1024 * 1024;
inline constexpr std::size_t api_body_bytes_max = 256 * 1024;
inline constexpr auto tls_handshake_max = 5s;
inline constexpr auto header_wait_max = 5s;
inline constexpr auto body_wait_max = 10s;
inline constexpr auto idle_wait_max = 60s;
inline constexpr auto reply_wait_max = 10s;
inline constexpr std::size_t requests_per_connection_max = 1'000'000;
inline constexpr std::size_t connections_max = 4096;
inline constexpr std::size_t connections_per_peer_max = 1024;

// JSON. An event holds the content of a platform's notification, which is as large as a body may be, and
// is read again by filters and receivers of ours: with its envelope and the message it is a little larger.
inline constexpr std::size_t json_bytes_max = webhook_body_bytes_max + 128 * 1024;
inline constexpr std::size_t json_depth_max = 64;
inline constexpr std::size_t json_members_max = 10'000;
inline constexpr std::size_t json_string_bytes_max =
    512 * 1024; // holds a whole pacs.008 in one string

// HTTP out. A partner gets 15 s, the lower end of what Standard Webhooks advises (15 to 30 s).
inline constexpr auto resolve_wait_max = 5s;
inline constexpr auto connect_wait_max = 5s;
inline constexpr auto delivery_wait_max = 15s;
inline constexpr std::size_t reply_header_bytes_max = 16 * 1024;
inline constexpr std::size_t reply_body_bytes_max = 16 * 1024;
inline constexpr std::size_t pooled_connections_per_host_max = 64;
inline constexpr auto pooled_idle_max =
    30s; // shorter than the usual 60 s of servers, so we close first

// Store. Beyond these the answer is 503 before anything is acknowledged.
inline constexpr std::size_t units_queued_max = 20'000;
inline constexpr std::size_t units_per_commit = 64; // measured knee of rows/s against batch size
inline constexpr auto commit_wait_max = 1ms;        // how long a smaller batch waits for company

// Matching. More rivals than this in one block are not compared one by one: the settlement is
// ambiguous.
inline constexpr std::size_t candidates_max = 64;

// Delivery.
inline constexpr std::size_t deliveries_in_flight_per_endpoint_max = 16;
inline constexpr std::size_t deliveries_queued_per_endpoint_max = 4096;
inline constexpr std::size_t answer_bytes_kept = 512;
inline constexpr std::size_t endpoints_per_tenant_default = 1000; // a setting

// Nodes (docs/decisions/0012-nodes.md). An id has 8 bits for its node.
inline constexpr std::size_t nodes_max = 256;
// What a crashed node had in hand is taken over when its lease has run out. An attempt must fit
// into what is left of a lease, with some renewals that failed before it.
inline constexpr auto node_lease_default = 30s;
inline constexpr auto node_lease_min = 20s;
inline constexpr auto node_lease_max = 300s;
inline constexpr int renewals_per_lease = 10;
// How far the clocks of two nodes may be apart before one takes over too early. Then a partner may
// be called twice at a time, with the same id; nothing is recorded twice.
inline constexpr auto node_clock_skew_max = 2s;
// How often a node looks at the others and at what they changed, and how old that look may be for
// it to go on calling partners: a disabled endpoint is left alone within a second on every node.
inline constexpr auto node_look_interval = 250ms;
inline constexpr auto node_look_age_max = 1s;
// How often workers look for tasks that no node holds in memory: a task that another node's commit
// or a retry has made due waits that long at most.
inline constexpr auto unclaimed_look_interval = 100ms;
// Tasks of one lane that a worker holds ahead of attempting them, in multiples of what it may have
// under way: the rest is left to workers who are free. A worker that has no others holds more.
inline constexpr std::size_t claims_per_place = 8;
inline constexpr std::size_t claims_ahead_alone = 256;
inline constexpr std::size_t tasks_given_back_at_once = 64;
inline constexpr std::size_t tasks_swept_at_once = 500;

// REST.
inline constexpr std::size_t page_size_default = 50;
inline constexpr std::size_t page_size_max = 500;
inline constexpr std::size_t client_id_bytes_max = 128;
inline constexpr std::size_t text_bytes_max = 256;
inline constexpr std::size_t idempotency_key_bytes_max = 255;
inline constexpr auto idempotency_kept = std::chrono::days(30);

// Retention of webhooks after which their bodies are released (docs/intake.md).
inline constexpr int retention_days_default = 15;
inline constexpr int retention_days_max = 3660;

// The bank ignores answers after 5 s: what we wait for inside a webhook must end well before.
inline constexpr auto bank_answer_max = 5s;
static_assert(commit_wait_max * 100 < bank_answer_max);
static_assert(delivery_wait_max + 2 * node_lease_min / renewals_per_lease < node_lease_min);
static_assert(node_look_interval * 3 < node_look_age_max);
static_assert(api_body_bytes_max <= webhook_body_bytes_max);
static_assert(json_string_bytes_max <= webhook_body_bytes_max);

} // namespace settled::limits
