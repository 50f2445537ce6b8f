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
#include "units/deliveries/handshake.h"
#include "worker/endpoint_cache.h"

#include <array>
#include <memory>
#include <string>

namespace settled::worker {

// A delivery in memory. `body` is what is stored, the same in every attempt.
struct Delivery {
    TenantId tenant;
    TaskId task;
    EventId event;
    std::int64_t attempts = 0; // made so far
    std::shared_ptr<const std::string> body;
    store::Claim claim; // by what right it is attempted
    std::shared_ptr<const std::string> head =
        {};                           // of another format (store/queries/delivery_bodies.h)
    std::int64_t attempts_before = 0; // of `attempts`, those that the schedule does not count
    std::int64_t order_key = 0;
    Instant owed_at = {};
    bool is_batch = false;
    bool is_probe = false;        // its endpoint is held back
    std::string traceparent = {}; // of this attempt; empty: the partner is sent none

    // What the partner knows it by.
    std::string webhook_id() const {
        return is_batch ? to_string(BatchId{task.value}) : to_string(event);
    }
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
    // Asks whether the partner wants deliveries, where it must be asked.
    struct Consented {
        units::Consent consent = units::Consent::granted;
        std::int64_t rate_per_minute = 0; // 0: no limit
    };
    virtual Task<Consented> ask_consent(const Endpoint&) { co_return Consented{}; }
};

// The carriers of a dispatcher, by domain::Channel. Where there is none, what endpoints of that
// channel are owed waits.
using Carriers = std::array<Carrier*, domain::channel_count>;

} // namespace settled::worker
