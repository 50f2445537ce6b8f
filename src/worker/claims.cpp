#include "worker/claims.h"

#include "base/limits.h"

#include <mutex>

namespace settled::worker {

std::int64_t Claims::holder_for(EndpointId endpoint) const {
    const bool may_work =
        node_.share(limits::deliveries_in_flight_per_endpoint_max, limits::delivery_wait_max) > 0;
    if (!may_work)
        return 0;
    const std::shared_lock lock(mutex_);
    return all_closed_ || closed_.contains(endpoint) ? 0 : node_.holder();
}

void Claims::close(EndpointId endpoint) {
    const std::unique_lock lock(mutex_);
    closed_.insert(endpoint);
}

void Claims::open(EndpointId endpoint) {
    const std::unique_lock lock(mutex_);
    closed_.erase(endpoint);
}

void Claims::close_all() {
    const std::unique_lock lock(mutex_);
    all_closed_ = true;
}

} // namespace settled::worker
