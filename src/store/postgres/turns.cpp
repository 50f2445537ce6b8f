#include "store/postgres/turns.h"

#include <algorithm>

namespace settled::store::postgres {

namespace {

// The finaliser of splitmix64: every bit of the input moves every bit of the output.
std::uint64_t mixed(std::uint64_t value) {
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31U);
}

} // namespace

LockName name_of(const Lock& lock, std::uint64_t salt) {
    std::uint64_t name = mixed(salt ^ static_cast<std::uint64_t>(lock.kind));
    name = mixed(name ^ static_cast<std::uint64_t>(lock.tenant.value));
    name = mixed(name ^ static_cast<std::uint64_t>(lock.key));
    return {static_cast<std::int64_t>(name), lock.shared};
}

bool add_lock(std::vector<LockName>& locks, const LockName& lock) {
    const auto there = std::ranges::find(locks, lock.name, &LockName::name);
    if (there == locks.end()) {
        locks.push_back(lock);
        return true;
    }
    const bool stronger = there->shared && !lock.shared;
    there->shared = there->shared && lock.shared;
    return stronger;
}

bool Turns::ask(Unit unit, std::span<const LockName> locks) {
    for (const LockName& lock : locks) {
        auto& queue = queues_[lock.name];
        const auto mine = std::ranges::find(queue, unit, &Place::unit);
        if (mine == queue.end()) {
            queue.push_back({unit, lock.shared});
            asked_[unit].push_back(lock.name);
        } else if (mine->shared && !lock.shared) {
            return false;
        }
    }
    return true;
}

bool Turns::may_go(Unit unit) const {
    const auto asked = asked_.find(unit);
    if (asked == asked_.end())
        return true;
    return std::ranges::all_of(asked->second, [&](std::int64_t name) {
        const auto& queue = queues_.at(name);
        const auto mine = std::ranges::find(queue, unit, &Place::unit);
        return mine == queue.begin() ||
               std::all_of(queue.begin(), std::next(mine),
                           [](const Place& place) { return place.shared; });
    });
}

std::vector<Turns::Unit> Turns::leave(Unit unit) {
    std::vector<Unit> behind;
    const auto asked = asked_.find(unit);
    if (asked == asked_.end())
        return behind;
    for (const std::int64_t name : asked->second) {
        auto& queue = queues_.at(name);
        std::erase_if(queue, [unit](const Place& place) { return place.unit == unit; });
        for (const Place& place : queue)
            if (std::ranges::find(behind, place.unit) == behind.end())
                behind.push_back(place.unit);
        if (queue.empty())
            queues_.erase(name);
    }
    asked_.erase(asked);
    return behind;
}

} // namespace settled::store::postgres
