// Deliveries as the worker holds them, and attempts as they are recorded: what the dispatcher turns
// into each other. Plain functions.
#pragma once

#include "store/queries/tasks.h"
#include "store/session.h"
#include "units/deliveries/record_attempt.h"
#include "worker/carrier.h"

#include <chrono>
#include <span>

namespace settled::worker {

Delivery delivery_of(store::TaskNote note);
Delivery delivery_of(store::DueDelivery due);

// What is to be recorded. `random` is uniform in [0, 2^64).
units::Attempt attempt_of(const Endpoint& endpoint, const Delivery& delivery, Attempted attempted,
                          std::span<const std::chrono::seconds> schedule, std::uint64_t random,
                          Instant now, bool is_news);

// A line for what failed, for what is given up and for an endpoint whose health changed.
void log_attempt(const Endpoint& endpoint, const units::Attempt& attempt,
                 const units::Recorded& recorded);

} // namespace settled::worker
