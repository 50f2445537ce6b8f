// The time inside a server: it never runs backwards, whatever happens to the machine's clock.
//
// Stored data depends on it: ids and lists are in its order, retries and timers wait by it.
// It follows a reference: the machine's clock, or, where a store is shared, the database's, so that
// all nodes have one time. When the reference is set forward, time inside goes with it. When it is
// set back, time inside goes on from where it was, a tenth slower than time passes until the
// reference has caught up: what waits then waits a ninth longer, and not as long as the step.
//
// A step is a change of more than `step_min` between the reference and steady time. The component
// that watches for steps calls state().
//
// Threads: all methods may be called from any thread.
#pragma once

#include "base/clock.h"

#include <mutex>
#include <optional>

namespace settled {

struct ClockState {
    std::uint64_t steps = 0;                // since the start
    std::chrono::microseconds last_step{0}; // by which the reference was set; back: negative
    Clock::Steady last_step_at{};
    std::chrono::microseconds ahead{0}; // of time inside before the reference; 0 when they agree
    std::chrono::microseconds machine_ahead{0}; // of the machine's clock before the reference
};

class RisingClock final : public Clock {
  public:
    // Above what a smooth adjustment of a clock comes to, and below what would harm any wait.
    static constexpr std::chrono::microseconds step_min = std::chrono::seconds(1);

    explicit RisingClock(const Clock& machine);

    Instant now() const override;
    Instant wall() const override { return machine_.wall(); }
    Steady steady() const override { return machine_.steady(); }

    // Nothing from now on is earlier than `seen`, a time that was stored before. A reference that
    // is earlier than `seen` was set back while the server did not run.
    void go_on_from(Instant seen);
    // The reference is another clock than the machine's: it said `time` at some moment between the
    // two. What is known of it stays as it is where that is possible.
    void follow(Instant time, Steady asked, Steady answered);

    ClockState state() const;

  private:
    using Nanoseconds = std::chrono::nanoseconds;

    struct Reading {
        Steady at;
        Nanoseconds time; // of the reference, since 1970
        bool is_sharp;    // precise enough to detect a step
    };
    Reading read() const;
    Nanoseconds advance(const Reading& reading) const;
    void note_offset(Nanoseconds offset, Steady at) const;

    const Clock& machine_;
    mutable std::mutex mutex_;
    std::optional<Nanoseconds> followed_;       // the other clock's time less steady time
    mutable std::optional<Nanoseconds> offset_; // the reference's time less steady time, last seen
    Nanoseconds floor_{0};                      // that was to be gone on from
    mutable Steady last_at_;
    mutable Nanoseconds last_{0}; // time inside at `last_at_`
    mutable ClockState state_;
};

} // namespace settled
