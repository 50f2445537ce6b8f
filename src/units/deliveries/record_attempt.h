// A delivery was attempted: its result is recorded, and the next step is decided and written with
// it, if the task is still held under the claim of the attempt. If it is not (the lease ran out
// while the process was paused, or a person has queued the task again), nothing is changed.
#pragma once

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
    domain::Disposition disposition; // what domain::after_attempt said
    Instant started_at;
    std::chrono::microseconds latency{0};
    std::string answer; // its first part
    Instant now;
};

struct Recorded {
    store::AttemptResultStored kept = store::AttemptResultStored::applied;
    std::optional<Instant> due; // again; nullopt when the task has ended
};
store::Step<Recorded> record_attempt(store::Session& s, const Context& context,
                                     std::shared_ptr<const Attempt> attempt);

} // namespace settled::units
