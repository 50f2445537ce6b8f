// Bounds that only the bus has; the others are in base/limits.h.
#pragma once

#include "base/limits.h"

#include <chrono>
#include <cstddef>

namespace settled::kafka::bounds {

using namespace std::chrono_literals;

// An attempt at a delivery ends within limits::delivery_wait_max; the report needs a moment more.
inline constexpr auto produce_wait_max = 14s;
static_assert(produce_wait_max < limits::delivery_wait_max);

// Records that are at the store at a time: some commits' worth, so that groups fill, and little
// enough to finish within a rebalance. Of memory they take at most about this much.
inline constexpr std::size_t records_in_flight_max = 8 * limits::units_per_commit;
inline constexpr std::size_t record_bytes_in_flight_max = 16 * 1024 * 1024;
// What the library reads ahead.
inline constexpr std::size_t read_ahead_kbytes = 8 * 1024;
// A dead letter is a record with more headers.
inline constexpr std::size_t written_record_bytes_max = 8 * 1024 * 1024;

// Waits of a record whose store or dead-letter topic does not answer: doubled up to the last.
inline constexpr std::chrono::milliseconds retry_wait_min = 50ms;
inline constexpr std::chrono::milliseconds retry_wait_max = 2s;
// A row that the store refuses so often will be refused for ever: the record is at fault.
inline constexpr int refusals_max = 3;

// How long partitions that are given up wait for their records, and a consumer that stops.
inline constexpr auto rebalance_wait_max = 3s;
inline constexpr auto stop_wait_max = 5s;
// A member that died is noticed by the others after this time.
inline constexpr std::chrono::milliseconds session_max = 15s;
inline constexpr std::chrono::milliseconds commit_interval = 500ms;

} // namespace settled::kafka::bounds
