// Bounds that only the REST API has; the others are in base/limits.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace settled::api::bounds {

// A tenant has a handful of each; the bound keeps a runaway script from filling the lists.
inline constexpr std::size_t live_api_keys_per_tenant_max = 100;
inline constexpr std::size_t connectors_per_tenant_max = 100;

// Banks change keys by overlap: two are usual, eight leave room for a mistake.
inline constexpr std::size_t bank_keys_per_connector_max = 8;
inline constexpr std::size_t pem_bytes_max = 8 * 1024; // RSA-4096 needs 800
inline constexpr std::size_t uri_bytes_max = 1024;
inline constexpr std::size_t url_bytes_max = 2048; // what net::Url takes
inline constexpr std::size_t scopes_max = 32;      // there are 22
inline constexpr std::size_t event_types_max = 32; // there are 25
inline constexpr std::size_t rules_shown = 500;    // versions of rule sets
inline constexpr std::size_t password_bytes_max = 256;

// Entries of a statement in one call: with all their members they stay below what the JSON reader
// takes (limits::json_members_max), and a unit of work stays short.
inline constexpr std::size_t statement_entries_per_call_max = 400;

// Webhooks that one call looks at: each read again is a unit of its own, some milliseconds of the
// writer with what follows from it, and the call must be answered within limits::reply_wait_max.
inline constexpr std::int64_t webhooks_read_again_default = 50;
inline constexpr std::int64_t webhooks_read_again_max = 100;

// Keys that were looked up a moment ago are not looked up again. The time is also how long a key
// that another server revoked still works here.
inline constexpr std::size_t cached_keys_max = 1024;
inline constexpr auto cached_key_kept = std::chrono::seconds(1);

// What Retry-After says with 429 and 503: overload of the store passes in seconds.
inline constexpr int retry_after_seconds = 1;

} // namespace settled::api::bounds
