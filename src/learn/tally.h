// Counts that fade, and what may be concluded from them.
//
// A weight is an observation in thousandths. Every day takes 1.53 % of it, so that half is gone
// after 45 days: what a bank did last year says little of what it does now. Integers throughout, so
// that the same observations give the same counts on every machine. Merging is adding, once both
// sides are of the same day.
#pragma once

#include "base/clock.h"

#include <chrono>
#include <cstdint>

namespace settled::learn {

using Weight = std::int64_t;
inline constexpr Weight one = 1000;

// Whole days only: what is left over is counted with the next.
inline constexpr auto fading_step = std::chrono::hours(24);

// What `days` leave of a weight.
Weight faded(Weight weight, std::int64_t days);

// A share with what it may really be.
struct Share {
    double low = 0;
    double value = 0;
    double high = 1; // nothing observed: anything is possible
};

// Wilson's score interval: `part` of `all`. Good for few observations and for shares near 0 and 1,
// where the usual ± is neither. `z` is how sure: 1.96 for 95 % (what people are shown), 3.29
// for 99.9 % (what keys are skipped on).
Share share_of(Weight part, Weight all, double z);
inline constexpr double z_shown = 1.96;
inline constexpr double z_decides = 3.29;

// What became of one identifier on its way.
struct Survival {
    Weight survived = 0; // arrived equal, in canonical form
    Weight absent = 0;
    Weight altered = 0;

    Weight seen() const { return survived + absent + altered; }
    void fade(std::int64_t days);
    void add(const Survival& other);
    friend bool operator==(const Survival&, const Survival&) = default;
};

} // namespace settled::learn
