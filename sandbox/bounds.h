// Every bound of the sandbox, with its reason. It serves load tests too: what it keeps must not
// grow with the length of a run.
#pragma once

#include "base/limits.h"

#include <chrono>
#include <cstddef>

namespace settled::sandbox::bounds {

using namespace std::chrono_literals;

// Webhooks remembered; a crash test sends some ten thousands. Finished ones make room, oldest
// first; when none is finished, new ones are refused.
inline constexpr std::size_t webhooks_kept_max = 200'000;
// Finished webhooks whose payload is kept, to be sent again.
inline constexpr std::size_t finished_payloads_max = 20'000;
inline constexpr std::size_t finished_payload_bytes_max = 64 * 1024 * 1024;
// Attempts remembered of each webhook; the bank makes 96 in its 24 hours.
inline constexpr std::size_t attempts_kept_max = 16;
// Drafts of one batch, and duplicates of one webhook.
inline constexpr std::size_t batch_max = 50'000;
inline constexpr std::size_t duplicates_max = 100;
// Signatures made before other connections get a turn: at about 1 ms each.
inline constexpr std::size_t signatures_per_turn = 8;

// What the partner remembers; beyond either bound the oldest go and are counted.
inline constexpr std::size_t partner_records_max = 100'000;
inline constexpr std::size_t partner_record_bytes_max = 64 * 1024 * 1024;
// The body of a rude answer: far beyond what any caller should read.
inline constexpr std::size_t huge_answer_bytes = 8 * 1024 * 1024;
inline constexpr std::size_t half_answer_bytes = 1024;
// An answer that does not end: longer than a caller waits, shorter than the server lets it.
inline constexpr auto silence_max = 60s;

inline constexpr std::size_t payments_kept_max = 100'000;
inline constexpr std::size_t virtual_accounts_max = 100'000;
inline constexpr std::size_t bank_request_ids_max = 200'000;
// Bookings of API calls are kept to the end of a run, since the ledger is what tests hold records
// against; of payments from outside a load test makes many more, and the oldest go.
inline constexpr std::size_t ledger_bookings_max = 500'000;
inline constexpr std::size_t ledger_inbound_kept_max = 100'000;
// API calls remembered; beyond it the oldest go and are counted.
inline constexpr std::size_t api_calls_kept_max = 100'000;
// Loans of the model core bank: a soak has 10,000.
inline constexpr std::size_t core_loans_max = 100'000;
// Webhooks of the model core bank on the way or waiting at a time.
inline constexpr std::size_t core_webhooks_waiting_max = 100'000;
inline constexpr std::size_t core_webhooks_kept_max = 100'000;
// What a test orders or leaves undecided: far more than one needs.
inline constexpr std::size_t api_faults_max = 1'000;
inline constexpr std::size_t held_inbound_max = 10'000;
inline constexpr std::size_t bacs_items_max = 10'000;
inline constexpr std::size_t rules_max = 1'000;
// A reply that hangs: longer than any caller waits. The server waits a little longer still.
inline constexpr auto api_hang = 10min;
inline constexpr auto api_answer_wait = 11min;
inline constexpr auto bank_request_id_kept = 24h;            // ClearBank: unique for at least 24 h
inline constexpr std::size_t bank_request_id_bytes_max = 83; // ClearBank: X-Request-Id
inline constexpr std::size_t page_max = 5'000;

// What the platform remembers.
inline constexpr std::size_t platform_messages_max = 100'000;
inline constexpr std::size_t platform_requests_max = 100'000;
inline constexpr std::size_t platform_objects_max = 10'000;

// An object of the platform may be larger than settled reads.
inline constexpr std::size_t body_bytes_max = limits::json_bytes_max;
inline constexpr auto stop_wait_max = 1s;
inline constexpr auto register_wait_max = 10s;

} // namespace settled::sandbox::bounds
