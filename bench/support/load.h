// A load generator: requests that are ready as bytes, over keep-alive connections, from one thread.
#pragma once

#include "bench/support/figures.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settled::bench {

struct LoadOptions {
    std::vector<std::uint16_t> ports; // connections are spread over them
    std::size_t connections = 64;     // in all
    // Requests a second, sent on time whether or not earlier ones were answered (a latency counts
    // from when the request was due, so that a stall is not hidden); 0: each connection sends as
    // soon as it has its answer.
    double rate = 0;
};

struct LoadResult {
    std::size_t answered = 0;
    std::size_t wrong = 0; // not 200
    std::chrono::nanoseconds took{0};
    std::chrono::nanoseconds own_cpu{0};
    Latencies latencies;
    double per_second() const {
        return static_cast<double>(answered) / std::chrono::duration<double>(took).count();
    }
};

// Sends each request once. `sent` is called with the index and time of each, just before it is
// written.
using Sent = std::function<void(std::size_t index, std::chrono::steady_clock::time_point at)>;
LoadResult run_load(std::span<const std::string> requests, const LoadOptions& options,
                    const Sent& sent);

// A complete POST of JSON with one extra header.
std::string post_request(std::string_view path, std::string_view header, std::string_view body);

// The status of GET path; 0 when there is no answer.
int get_status(std::uint16_t port, std::string_view path);

} // namespace settled::bench
