// Time, waiting and chance as reading from AWS sees them: tests bring their own.
#pragma once

#include "base/clock.h"

#include <chrono>
#include <cstdint>
#include <functional>

namespace settled::custody::aws {

struct Surroundings {
    std::function<Instant()> wall;                       // what signatures are dated by
    std::function<Clock::Steady()> steady;               // what waits are measured by
    std::function<void(std::chrono::milliseconds)> wait; // on this thread
    std::function<std::uint64_t(std::uint64_t)> below;   // a number by chance, below that one

    static Surroundings of_this_machine();
};

} // namespace settled::custody::aws
