#include "intake/refusals.h"

namespace settled::intake {

namespace {

std::int64_t minute_of(Instant at) {
    constexpr std::int64_t minute_us = 60'000'000;
    return at.us / minute_us;
}

} // namespace

void Refusals::refused(ConnectorId connector, Code code, Instant now) {
    const std::int64_t number = minute_of(now);
    const std::lock_guard lock(mutex_);
    State& state = states_[connector];
    Minute& minute = state.counted[static_cast<std::size_t>(number) % minutes];
    if (minute.number != number)
        minute = {number, 0};
    ++minute.count;
    state.newest = {0, true, code, now};
}

void Refusals::accepted(ConnectorId connector) {
    const std::lock_guard lock(mutex_);
    const auto found = states_.find(connector);
    if (found != states_.end())
        found->second.newest.is_refusing = false;
}

Refused Refusals::of(ConnectorId connector, Instant now) const {
    const std::int64_t number = minute_of(now);
    const std::lock_guard lock(mutex_);
    const auto found = states_.find(connector);
    if (found == states_.end())
        return {};
    Refused shown = found->second.newest;
    for (const Minute& minute : found->second.counted)
        if (minute.number > number - static_cast<std::int64_t>(minutes) && minute.number <= number)
            shown.last_hour += minute.count;
    shown.is_refusing = shown.is_refusing && shown.last_hour > 0;
    return shown;
}

} // namespace settled::intake
