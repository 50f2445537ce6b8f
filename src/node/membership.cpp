#include "node/membership.h"

namespace settled::node {

std::int64_t Membership::holder() const {
    const Clock::Steady now = clock_.steady();
    const std::lock_guard lock(mutex_);
    return now < standing_.lease_until ? standing_.holder : 0;
}

std::size_t Membership::share(std::size_t places, std::chrono::microseconds time) const {
    const Clock::Steady now = clock_.steady();
    const std::lock_guard lock(mutex_);
    const Standing& s = standing_;
    // `now + time` could overflow where a lease never ends.
    const bool may_work = s.holder != 0 && s.is_worker && now < s.lease_until &&
                          s.lease_until - now > time && now < s.look_until && now >= s.works_from;
    if (!may_work || s.workers == 0)
        return 0;
    return places / s.workers + (s.rank < places % s.workers ? 1 : 0);
}

bool Membership::has_other_workers() const {
    const std::lock_guard lock(mutex_);
    return standing_.workers > 1;
}

bool Membership::does_job(std::string_view name) const {
    const Clock::Steady now = clock_.steady();
    const std::lock_guard lock(mutex_);
    return standing_.holder != 0 && now < standing_.lease_until && standing_.jobs.contains(name);
}

Standing Membership::standing() const {
    const std::lock_guard lock(mutex_);
    return standing_;
}

void Membership::set(Standing standing) {
    const std::lock_guard lock(mutex_);
    standing_ = std::move(standing);
}

} // namespace settled::node
