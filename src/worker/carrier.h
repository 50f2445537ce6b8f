// The seam between the outbox and the ways to an endpoint: a Carrier makes one attempt at one
// delivery and says what met it. The worker decides when; it does not know how.
//
// An attempt ends within limits::delivery_wait_max, whatever the other side does. Threads:
// attempt() is called on the io thread of the dispatcher that the endpoint belongs to and resumes
// there; a carrier may be shared by threads if it says so.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "domain/delivery.h"
#include "store/queries/tasks.h"
#include "worker/endpoint_cache.h"

#include <array>
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
    store::Claim claim; // by what right it is attempted
};

struct Attempted {
    domain::AttemptResult result;
    Instant started_at;
    std::chrono::microseconds latency{0};
    std::string answer; // its first part, at most limits::answer_bytes_kept
};

class Carrier {
  public:
    virtual ~Carrier() = default;
    // Both live until the attempt is over.
    virtual Task<Attempted> attempt(const Endpoint& endpoint, const Delivery& delivery) = 0;
};

// The carriers of a dispatcher, by domain::Channel. Where there is none, what endpoints of that
// channel are owed waits.
using Carriers = std::array<Carrier*, domain::channel_count>;

} // namespace settled::worker
