#include "custody/aws/surroundings.h"

#include "base/rng.h"

#include <thread>

namespace settled::custody::aws {

Surroundings Surroundings::of_this_machine() {
    return {.wall = [] { return SystemClock().now(); },
            .steady = [] { return SystemClock().steady(); },
            .wait = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); },
            .below = [](std::uint64_t bound) { return SystemRng().below(bound); }};
}

} // namespace settled::custody::aws
