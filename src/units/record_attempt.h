// A delivery was tried: what met it is recorded, and what follows is decided and written with it.
#pragma once

#include "flow/delivery.h"
#include "store/session.h"
#include "store/step.h"
#include "store/tasks.h"
#include "units/context.h"

#include <memory>
#include <string>

namespace settled::units {

struct Attempt {
    TenantId tenant;
    TaskId task;
    EndpointId endpoint;
    std::int64_t number = 1; // of this attempt
    flow::AttemptResult result;
    flow::Disposition disposition; // what flow::after_attempt said
    Instant started_at;
    std::chrono::microseconds latency{0};
    std::string answer; // its first part
    Instant now;
};

// When the task is due again; nullopt when it has ended.
store::Step<std::optional<Instant>> record_attempt(store::Session& s, const Context& context,
                                                   std::shared_ptr<const Attempt> attempt);

} // namespace settled::units
