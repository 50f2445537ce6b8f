// Bounds that only this module needs, with their reasons; those that others share are in
// base/limits.h.
#pragma once

#include "base/limits.h"

#include <chrono>
#include <cstddef>

namespace settled::worker::bounds {

// Attempts over HTTP under way at a time in one process, where it has the file descriptors: each is
// a socket, some 50 KiB with TLS.
inline constexpr std::size_t attempts_max = 1024;
// A partner who answers within this time is quick: his attempts hold their places for moments only.
inline constexpr auto quick_attempt_max = std::chrono::seconds(2);
static_assert(2 * quick_attempt_max < limits::delivery_wait_max);

// A token endpoint answers within this time: what is left of an attempt must do for the partner or the
// platform, who may refuse the token so that another is asked for.
inline constexpr auto token_wait_max = std::chrono::seconds(4);
static_assert(3 * token_wait_max < limits::delivery_wait_max);

// Events of a batch that its span is linked to: OpenTelemetry's own limit.
inline constexpr std::size_t trace_links_max = 128;
// Spans in one request to the traces' collector, as OpenTelemetry's exporters do: some 300 KiB.
inline constexpr std::size_t trace_batch_max = 512;
// A collector answers within this time, or is asked again.
inline constexpr auto trace_wait_max = std::chrono::seconds(10);
// The last spans are exported within this time, or not at all.
inline constexpr auto trace_last_wait_max = std::chrono::seconds(2);
// Events a second and tenant of which spans are exported: what there is more of is left out, so that traces
// never become a load on the store.
inline constexpr std::size_t traced_events_max = 2'000;

} // namespace settled::worker::bounds
