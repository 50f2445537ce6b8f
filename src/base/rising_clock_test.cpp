#include "base/rising_clock.h"

#include <gtest/gtest.h>

namespace settled {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

// A machine whose two clocks a test sets.
class Machine final : public Clock {
  public:
    Instant now() const override { return wall_; }
    Steady steady() const override { return steady_; }
    void pass(microseconds time) {
        wall_ = wall_ + time;
        steady_ += time;
    }
    void set(microseconds by) { wall_ = wall_ + by; }

  private:
    Instant wall_{1'800'000'000'000'000};
    Steady steady_{1h};
};

// The same in a million calls as in one: nothing is lost by rounding.
microseconds after(Machine& machine, const RisingClock& clock, microseconds time, int calls) {
    const Instant before = clock.now();
    for (int i = 0; i < calls; ++i) {
        machine.pass(time / calls);
        (void)clock.now();
    }
    return clock.now() - before;
}

TEST(RisingClock, is_the_machines_clock_while_nothing_happens_to_it) {
    Machine machine;
    const RisingClock clock(machine);
    machine.pass(3s);
    EXPECT_EQ(clock.now(), machine.now());
    EXPECT_EQ(clock.state().steps, 0U);
    EXPECT_EQ(clock.state().ahead, 0us);
}

TEST(RisingClock, goes_on_when_the_machines_is_set_back_a_tenth_slower) {
    Machine machine;
    const RisingClock clock(machine);
    const Instant before = clock.now();
    machine.set(-24h);
    EXPECT_EQ(clock.now(), before);
    EXPECT_EQ(after(machine, clock, 100s, 1), 90s);
    EXPECT_EQ(after(machine, clock, 100s, 1'000'000), 90s);
    EXPECT_EQ(clock.state().steps, 1U);
    EXPECT_EQ(clock.state().last_step, -24h);
    EXPECT_EQ(clock.state().ahead, microseconds(24h) - 20s);
    EXPECT_EQ(clock.wall(), machine.now()) << "what others judge has the machine's time";
}

TEST(RisingClock, is_the_machines_again_when_that_has_caught_up) {
    Machine machine;
    const RisingClock clock(machine);
    machine.set(-10s);
    EXPECT_EQ(after(machine, clock, 200s, 1000), 190s);
    EXPECT_EQ(clock.now(), machine.now());
    EXPECT_EQ(clock.state().ahead, 0us);
    EXPECT_EQ(after(machine, clock, 5s, 3), 5s - 2us);
}

TEST(RisingClock, goes_with_a_machine_that_is_set_forward) {
    Machine machine;
    const RisingClock clock(machine);
    machine.set(24h);
    EXPECT_EQ(clock.now(), machine.now());
    EXPECT_EQ(clock.state().steps, 1U);
    EXPECT_EQ(clock.state().last_step, 24h);
    EXPECT_EQ(clock.state().ahead, 0us);
}

TEST(RisingClock, small_corrections_are_no_steps) {
    Machine machine;
    const RisingClock clock(machine);
    Instant last = clock.now();
    for (const microseconds by : {-999ms, 999ms, 400ms, -700ms}) {
        machine.set(by);
        EXPECT_GE(clock.now(), last);
        last = clock.now();
        machine.pass(1s);
    }
    EXPECT_EQ(clock.state().steps, 0U);
}

TEST(RisingClock,
     the_clock_goes_on_from_the_stored_time_and_reports_that_the_machine_was_set_back) {
    Machine machine;
    RisingClock clock(machine);
    const Instant stored = machine.now() + 24h;
    clock.go_on_from(stored);
    EXPECT_EQ(clock.now(), stored);
    EXPECT_EQ(clock.state().steps, 1U);
    EXPECT_EQ(clock.state().last_step, -24h);

    Machine other;
    RisingClock usual(other);
    usual.go_on_from(other.now() - 10s);
    EXPECT_EQ(usual.now(), other.now());
    EXPECT_EQ(usual.state().steps, 0U);
}

TEST(RisingClock, follows_another_clock_whatever_the_machines_says) {
    Machine machine;
    RisingClock clock(machine);
    const Instant theirs{machine.now() - 10min};
    clock.follow(theirs, machine.steady(), machine.steady());
    EXPECT_EQ(clock.now(), theirs);
    EXPECT_EQ(clock.state().steps, 0U) << "it was no step that another clock is another";
    EXPECT_EQ(clock.state().machine_ahead, 10min);
    machine.set(24h);
    machine.pass(7s);
    EXPECT_EQ(clock.now(), theirs + 7s);
    EXPECT_EQ(clock.state().steps, 0U);
}

TEST(RisingClock, an_answer_that_took_long_changes_only_what_it_contradicts) {
    Machine machine;
    RisingClock clock(machine);
    const Instant theirs = machine.now();
    clock.follow(theirs, machine.steady(), machine.steady());
    const auto asked = machine.steady();
    machine.pass(3s);
    clock.follow(theirs + 1s, asked, machine.steady()); // looked one second after it was asked
    EXPECT_EQ(clock.now(), theirs + 3s);
    EXPECT_EQ(clock.state().steps, 0U);
}

TEST(RisingClock, the_other_clock_steps_too) {
    Machine machine;
    RisingClock clock(machine);
    const Instant theirs = machine.now();
    clock.follow(theirs, machine.steady(), machine.steady());
    machine.pass(1s);
    clock.follow(theirs + 1s - 24h, machine.steady(), machine.steady());
    EXPECT_EQ(clock.now(), theirs + 900ms);
    EXPECT_EQ(clock.state().last_step, -24h);
    machine.pass(10s);
    EXPECT_EQ(clock.now(), theirs + 900ms + 9s);
}

} // namespace
} // namespace settled
