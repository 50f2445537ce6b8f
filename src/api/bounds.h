// Bounds that only the REST API has; the others are in base/limits.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace settled::api::bounds {

// A tenant has a handful of each; the bound keeps a runaway script from filling the lists.
inline constexpr std::size_t live_api_keys_per_tenant_max = 100;
// Seconds. A key that is to live longer is made without an end.
inline constexpr std::int64_t key_life_max = 10LL * 366 * 86'400;
// How long two keys work while the client's settings are changed: a day, at most a week.
inline constexpr std::int64_t key_overlap_default = 86'400;
inline constexpr std::int64_t key_overlap_max = 7 * 86'400;
inline constexpr std::size_t connectors_per_tenant_max = 100;

// Banks change keys by overlap: two are usual, eight leave room for a mistake.
inline constexpr std::size_t bank_keys_per_connector_max = 8;
inline constexpr std::size_t pem_bytes_max = 8 * 1024; // RSA-4096 needs 800
inline constexpr std::size_t uri_bytes_max = 1024;
inline constexpr std::size_t url_bytes_max = 2048; // what net::Url takes
inline constexpr std::size_t scopes_max = 32;      // there are 22
// Matches that a payment ever had, whose settlements' events are listed with its own.
inline constexpr std::size_t event_subjects_max = 512;
inline constexpr std::size_t event_types_max = 64; // there are some 45
inline constexpr std::size_t rules_shown = 500;    // versions of rule sets
inline constexpr std::size_t password_bytes_max = 256;
// Of an endpoint's auth. A token may be a signed one of some kilobytes.
inline constexpr std::size_t auth_headers_max = 8;
inline constexpr std::size_t header_value_bytes_max = 4 * 1024;
inline constexpr std::size_t certificates_bytes_max = 32 * 1024; // a chain, or some roots
inline constexpr std::size_t statuses_max = 16;
// How long what a rotation replaces may sign on: a week.
inline constexpr std::chrono::seconds secret_overlap_max{7 * 24 * 3600};
// An endpoint's own schedule: the default has nine waits over three days.
inline constexpr std::size_t retries_max = 16;
inline constexpr std::chrono::seconds retry_wait_max{7 * 24 * 3600};
// Attempts at one endpoint at a time: four times the default, a sixteenth of those of a process.
inline constexpr std::int64_t concurrency_max = 64;

// Entries of a statement in one call: with all their members they stay below what the JSON reader
// takes (limits::json_members_max), and a unit of work stays short.
inline constexpr std::size_t statement_entries_per_call_max = 400;
// Of a file that the server reads: what is stored in one unit, for which webhooks wait.
inline constexpr std::size_t statement_entries_per_piece = 100;

// The bank's file as the body of a call. Each of a process is held in memory while it is read, and read
// by a thread of its own.
inline constexpr std::size_t statement_file_bytes_max = std::size_t{32} * 1024 * 1024;
inline constexpr std::size_t statement_files_at_once_max = 2;
// Converted as a whole: 8 MiB of it become 12 at most.
inline constexpr std::size_t utf_16_file_bytes_max = std::size_t{8} * 1024 * 1024;
// Pages of a month of some accounts; each has its place in the answer.
inline constexpr std::size_t statements_per_file_max = 2'000;
// Of a file's name, which errors have.
inline constexpr std::size_t file_name_bytes_max = 255;
// Steps of one statement's reconciliation: a million entries take some hundreds.
inline constexpr int reconciliation_steps_max = 100'000;

// What the last days would have come to under other rules: the answer comes within limits::reply_wait_max.
inline constexpr std::int64_t what_if_days_default = 7;
inline constexpr std::int64_t what_if_days_max = 90;
// Payments are registered before their money arrives, most by less than this.
inline constexpr auto what_if_lead = std::chrono::days(30);
inline constexpr std::int64_t what_if_facts_max = 20'000;
inline constexpr std::size_t what_if_changes_max = 100; // that are shown one by one

// Webhooks that one call looks at: each read again is a unit of its own, some milliseconds of the
// writer with what follows from it, and the call must be answered within limits::reply_wait_max.
inline constexpr std::int64_t webhooks_read_again_default = 50;
inline constexpr std::int64_t webhooks_read_again_max = 100;

// Keys that were looked up a moment ago are not looked up again. The time is also how long a key
// that another server revoked still works here.
inline constexpr std::size_t cached_keys_max = 1024;
inline constexpr auto cached_key_kept = std::chrono::seconds(1);
// Keys whose use in the last minute or so is remembered until it is stored.
inline constexpr std::size_t used_keys_max = 10'000;

// Those who wait for events: each asks the store ten times a second.
inline constexpr std::size_t event_streams_max = 256;
inline constexpr std::int64_t event_wait_max = 60;
inline constexpr std::size_t consumers_per_tenant_max = 100;

// Sessions of browsers. A call lengthens a session up to its life; the store is written to once in
// session_seen_step, by which a session may end earlier.
// The reader of a stream is looked at again. Below the interval of a stream's comments.
inline constexpr auto reader_checked_every = std::chrono::seconds(10);
inline constexpr auto session_idle_max = std::chrono::minutes(30);
inline constexpr auto session_life_max = std::chrono::hours(12);
inline constexpr auto session_seen_step = std::chrono::minutes(1);
inline constexpr auto sign_in_link_kept = std::chrono::minutes(5);
inline constexpr int sign_ins_per_minute = 10; // of an address
inline constexpr auto sign_in_window = std::chrono::minutes(1);
inline constexpr int passwords_of_address_max = 2; // that are being checked
// Things shown unmasked to one person; redeliveries by one partner are as many as sign-ins.
inline constexpr std::int64_t reveals_max = 30;
inline constexpr auto reveal_window = std::chrono::hours(1);
// A partner's link: five minutes to thirty days.
inline constexpr std::chrono::seconds portal_life_min{300};
inline constexpr std::chrono::seconds portal_life_default{86'400};
inline constexpr std::chrono::seconds portal_life_max{30 * 86'400};
// Some megabytes; beyond it the one that has tried least recently is dropped.
inline constexpr std::size_t addresses_counted_max = 65'536;

// What Retry-After says with 429 and 503: overload of the store passes in seconds.
inline constexpr int retry_after_seconds = 1;

} // namespace settled::api::bounds
