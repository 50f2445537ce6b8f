// The outcome of a delivery after an attempt: pure.
//
// Schedule (Standard Webhooks 1.0.0, its example): at once, then after 5 s, 5 min, 30 min, 2 h, 5
// h, 10 h, 14 h, 20 h, 24 h, each with up to 20 % of jitter on top; after the last the delivery is
// dead and waits for a person. 2xx delivers, where the endpoint's rule of success holds; 410
// disables the endpoint; anything else, redirects included, is retried. A Retry-After can only make
// the wait longer, up to a day (RFC 9110, 10.2.3); with 429 and 503 it is meant for the whole
// endpoint. 429, 502, 503 and 504 without it double the wait and halve what is under way at a time.
#pragma once

#include "base/clock.h"
#include "base/error.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace settled::domain {

// queued: due or waiting; done: delivered; dead: given up; cancelled: its endpoint is gone.
enum class TaskStatus : std::uint8_t { queued, done, dead, cancelled };
std::string_view token(TaskStatus status);
std::span<const std::string_view> task_status_tokens(); // of all

// The result of one attempt.
struct AttemptResult {
    std::optional<int> http_status; // none: there was no answer
    bool taken = false;             // delivered, where answers have no status
    // Why there was no answer, or why one of 2xx is not enough.
    std::optional<Code> error;
    std::optional<std::chrono::seconds> retry_after; // as the partner asked
};

enum class AfterAttempt : std::uint8_t { delivered, retry, give_up, disable_endpoint };

struct Disposition {
    AfterAttempt next = AfterAttempt::retry;
    std::chrono::microseconds wait{0}; // when `next` is retry
    // The whole endpoint is left alone for so long; 0: it is not.
    std::chrono::microseconds quiet_for{0};
    bool slow_down = false; // fewer attempts at a time from now on
};

std::span<const std::chrono::seconds> default_schedule();

// `attempts_made` counts this one too; `random` is uniform in [0, 2^64).
Disposition after_attempt(const AttemptResult& result, std::size_t attempts_made,
                          std::span<const std::chrono::seconds> schedule, std::uint64_t random);

// The same for a probe of an endpoint that is held back, which the schedule does not count: tried
// again when the breaker allows it, given up when it was owed `held_delivery_max` ago.
Disposition after_probe(const AttemptResult& result, std::chrono::microseconds owed_for);

bool is_success(const AttemptResult& result);

// "delivered", "http_500", or the error's token: for records, logs and metrics.
std::string outcome_token(const AttemptResult& result);

// Seconds, or a date relative to `now` in any of the three forms of HTTP (RFC 9110, 5.6.7); nullopt
// when it cannot be read, and 0 when it is over already.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, Instant now);

} // namespace settled::domain
