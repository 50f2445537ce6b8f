// Whether the node can commit: shown by /readyz, and used to fail submitters at once when it
// cannot.
#pragma once

#include "store/store.h"

#include <cstddef>
#include <mutex>
#include <utility>

namespace settled::store::postgres {

class Availability {
  public:
    explicit Availability(std::size_t writers) : up_(writers) {}

    void went_down(Error why) {
        const std::lock_guard lock(mutex_);
        --up_;
        why_ = std::move(why);
    }
    void still_down(Error why) {
        const std::lock_guard lock(mutex_);
        why_ = std::move(why);
    }
    void came_up() {
        const std::lock_guard lock(mutex_);
        ++up_;
    }
    bool nobody_is_up() const {
        const std::lock_guard lock(mutex_);
        return up_ == 0;
    }
    Health health() const {
        const std::lock_guard lock(mutex_);
        return up_ > 0 ? Health{} : Health{false, why_.detail};
    }
    Error error() const {
        const std::lock_guard lock(mutex_);
        return why_;
    }

  private:
    mutable std::mutex mutex_;
    std::size_t up_;
    Error why_{Code::store_unavailable, {}};
};

} // namespace settled::store::postgres
