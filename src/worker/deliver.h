// One attempt at one delivery: the request a partner sees, and what became of it.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "flow/delivery.h"
#include "net/client.h"
#include "worker/endpoint_book.h"

#include <memory>
#include <string>

namespace settled::worker {

// A delivery in memory. `body` is the event's stored bytes, the same in every attempt.
struct Delivery {
    TenantId tenant;
    TaskId task;
    EventId event;
    std::int64_t attempts = 0; // made so far
    std::shared_ptr<const std::string> body;
};

struct Attempted {
    flow::AttemptResult result;
    Instant started_at;
    std::chrono::microseconds latency{0};
    std::string answer; // its first part, at most limits::answer_bytes_kept
};

// Headers by Standard Webhooks 1.0.0: webhook-id is the event's id, stable over all attempts;
// webhook-timestamp is this attempt's; the signature is made fresh.
net::OutboundRequest delivery_request(const Endpoint& endpoint, const Delivery& delivery,
                                      Instant now);

Task<Attempted> attempt(net::Client& client, const Clock& clock, const Endpoint& endpoint,
                        const Delivery& delivery);

} // namespace settled::worker
