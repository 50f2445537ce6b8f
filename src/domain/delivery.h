// The outcome of a delivery after an attempt: pure.
//
// Schedule (Standard Webhooks 1.0.0, its example): at once, then after 5 s, 5 min, 30 min, 2 h, 5
// h, 10 h, 14 h, 20 h, 24 h, each with up to 20 % of jitter on top; after the last the delivery is
// dead and waits for a person. 2xx delivers; 410 disables the endpoint; anything else, redirects
// included, is retried. A Retry-After (429, 503 and others) can only make the wait longer, up to a
// day (RFC 9110, 10.2.3).
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
    std::optional<int> http_status;                  // none: there was no answer
    bool taken = false;                              // delivered, where answers have no status
    std::optional<Code> error;                       // why there was no answer
    std::optional<std::chrono::seconds> retry_after; // as the partner asked
};

enum class AfterAttempt : std::uint8_t { delivered, retry, give_up, disable_endpoint };

struct Disposition {
    AfterAttempt next = AfterAttempt::retry;
    std::chrono::microseconds wait{0}; // when `next` is retry
};

std::span<const std::chrono::seconds> default_schedule();

// `attempts_made` counts this one too; `random` is uniform in [0, 2^64).
Disposition after_attempt(const AttemptResult& result, std::size_t attempts_made,
                          std::span<const std::chrono::seconds> schedule, std::uint64_t random);

// "delivered", "http_500", or the error's token: for records, logs and metrics.
std::string outcome_token(const AttemptResult& result);

// Seconds, or an HTTP-date relative to `now`; nullopt when it cannot be read.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, Instant now);

} // namespace settled::domain
