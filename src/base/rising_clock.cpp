#include "base/rising_clock.h"

#include <algorithm>

namespace settled {

namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

// Between two looks at the steady clock with one at the machine's in between: more, and the thread
// was held up there.
constexpr auto sharp_within = std::chrono::milliseconds(50);

nanoseconds of(Instant time) {
    return microseconds(time.us);
}

nanoseconds of(Clock::Steady at) {
    return duration_cast<nanoseconds>(at.time_since_epoch());
}

// What passes of time inside at least.
nanoseconds slowed(nanoseconds passed) {
    return passed - passed / 10;
}

} // namespace

RisingClock::RisingClock(const Clock& machine) : machine_(machine), last_at_(machine.steady()) {
    const std::lock_guard lock(mutex_);
    (void)advance(read());
}

Instant RisingClock::now() const {
    const std::lock_guard lock(mutex_);
    return {duration_cast<microseconds>(advance(read())).count()};
}

RisingClock::Reading RisingClock::read() const {
    const Steady before = machine_.steady();
    if (followed_)
        return {before, of(before) + *followed_, true};
    const nanoseconds time = of(machine_.wall());
    const Steady after = machine_.steady();
    return {after, time, after - before < sharp_within};
}

RisingClock::Nanoseconds RisingClock::advance(const Reading& reading) const {
    if (reading.is_sharp)
        note_offset(reading.time - of(reading.at), reading.at);
    const nanoseconds passed = std::max<nanoseconds>(reading.at - last_at_, nanoseconds(0));
    last_ = std::max(reading.time, last_ + slowed(passed));
    last_at_ = std::max(last_at_, reading.at);
    state_.ahead = duration_cast<microseconds>(last_ - reading.time);
    return last_;
}

void RisingClock::note_offset(Nanoseconds offset, Steady at) const {
    const nanoseconds by = offset - offset_.value_or(offset);
    offset_ = offset;
    if (by <= step_min && by >= -step_min)
        return;
    ++state_.steps;
    state_.last_step = duration_cast<microseconds>(by);
    state_.last_step_at = at;
}

void RisingClock::go_on_from(Instant seen) {
    const std::lock_guard lock(mutex_);
    const Reading reading = read();
    (void)advance(reading);
    if (reading.time + step_min < of(seen)) {
        ++state_.steps;
        state_.last_step = duration_cast<microseconds>(reading.time - of(seen));
        state_.last_step_at = reading.at;
    }
    floor_ = of(seen);
    last_ = std::max(last_, floor_);
    state_.ahead = duration_cast<microseconds>(last_ - reading.time);
}

void RisingClock::follow(Instant time, Steady asked, Steady answered) {
    const std::lock_guard lock(mutex_);
    const nanoseconds least = of(time) - of(answered);
    const nanoseconds most = of(time) - of(asked);
    if (!followed_) { // the first reference was the machine's: no step of either
        offset_.reset();
        last_ = floor_;
    }
    followed_ = std::clamp(followed_.value_or(least + (most - least) / 2), least, most);
    state_.machine_ahead =
        duration_cast<microseconds>(of(machine_.wall()) - (of(machine_.steady()) + *followed_));
    (void)advance(read());
}

ClockState RisingClock::state() const {
    const std::lock_guard lock(mutex_);
    (void)advance(read());
    return state_;
}

} // namespace settled
