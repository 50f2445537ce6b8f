// Whether anyone can commit: what /readyz says, and what lets submitters hear at once that nobody
// can.
#pragma once

#include "store/store.h"

#include <cstddef>
#include <mutex>
#include <string>

namespace settled::store::postgres {

class Availability {
  public:
    explicit Availability(std::size_t writers) : up_(writers) {}

    void went_down(std::string reason) {
        const std::lock_guard lock(mutex_);
        --up_;
        reason_ = std::move(reason);
    }
    void still_down(std::string reason) {
        const std::lock_guard lock(mutex_);
        reason_ = std::move(reason);
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
        return up_ > 0 ? Health{} : Health{false, reason_};
    }
    Error error() const {
        const std::lock_guard lock(mutex_);
        return {Code::store_unavailable, reason_};
    }

  private:
    mutable std::mutex mutex_;
    std::size_t up_;
    std::string reason_;
};

} // namespace settled::store::postgres
