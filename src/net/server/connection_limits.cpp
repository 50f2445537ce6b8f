#include "net/server/connection_limits.h"

#include "base/assert.h"
#include "net/bounds.h"

namespace settled::net {

ConnectionPlace::~ConnectionPlace() {
    if (of_) {
        of_->leave(address_, is_spare_);
    }
}

std::optional<ConnectionPlace> ConnectionLimits::enter(const std::string& address, bool has_share) {
    const std::lock_guard lock(mutex_);
    const auto found = of_address_.find(address);
    const Count same = found == of_address_.end() ? Count{} : found->second;
    const bool is_spare =
        all_.ordinary >= all_max_ || (has_share && same.ordinary >= per_address_max_);
    if (is_spare && (all_.spare >= bounds::spare_connections_max ||
                     (has_share && same.spare >= bounds::spare_connections_per_address_max))) {
        return std::nullopt;
    }
    Count& counted = of_address_[address];
    ++(is_spare ? all_.spare : all_.ordinary);
    ++(is_spare ? counted.spare : counted.ordinary);
    return std::optional<ConnectionPlace>(std::in_place, shared_from_this(), address, is_spare);
}

void ConnectionLimits::leave(const std::string& address, bool is_spare) {
    const std::lock_guard lock(mutex_);
    const auto counted = of_address_.find(address);
    SETTLED_ASSERT(counted != of_address_.end(), "a connection is not counted");
    --(is_spare ? all_.spare : all_.ordinary);
    --(is_spare ? counted->second.spare : counted->second.ordinary);
    if (counted->second.spare == 0 && counted->second.ordinary == 0) {
        of_address_.erase(counted);
    }
}

std::size_t ConnectionLimits::count() const {
    const std::lock_guard lock(mutex_);
    return all_.ordinary + all_.spare;
}

} // namespace settled::net
