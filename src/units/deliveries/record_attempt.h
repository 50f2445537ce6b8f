// A delivery was attempted: its result is recorded, and the next step is decided and written with
// it, if the task is still held under the claim of the attempt. If it is not (the lease ran out
// while the process was paused, or a person has queued the task again), nothing is changed.
//
// A batch's result is that of all its deliveries. When a delivery ends, the next of its subject is
// due, where the endpoint keeps their order.
#pragma once

#include "domain/breaker.h"
#include "domain/delivery.h"
#include "store/queries/tasks.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

#include <memory>
#include <string>

namespace settled::units {

struct Attempt {
    TenantId tenant;
    TaskId task;
    EndpointId endpoint;
    store::Claim claim;
    std::int64_t number = 1; // of this attempt
    domain::AttemptResult result;
    domain::Disposition disposition; // what domain::after_attempt or after_probe said
    Instant started_at;
    std::chrono::microseconds latency{0};
    std::string answer; // its first part
    Instant now;
    std::int64_t attempts_before = 0; // that the schedule does not count
    std::int64_t order_key = 0;
    bool is_batch = false;
    bool is_probe = false; // the endpoint is held back; the schedule does not count it
    // How the endpoint fares may change: the attempt failed, or the endpoint was not well.
    bool notes_health = false;
};

struct Recorded {
    store::AttemptResultStored kept = store::AttemptResultStored::applied;
    std::optional<Instant> due;    // again, or the next of its subject; nullopt: neither
    bool endpoint_changed = false; // the workers' cache of endpoints is old
    std::optional<domain::EndpointHealth> health; // as it is now, when it was noted
    bool is_dead = false;
};
store::Step<Recorded> record_attempt(store::Session& s, const Context& context,
                                     std::shared_ptr<const Attempt> attempt);

} // namespace settled::units
