// How long payments take to settle: a histogram of fixed size, so that profiles merge by adding.
//
// 64 steps, each √2 of the one before, from a millisecond to 35 days: a quantile is off by 41 % at
// the most, which separates minutes from hours. What is faster or slower counts in the first or
// last step.
#pragma once

#include "learn/tally.h"

#include <array>
#include <optional>

namespace settled::learn {

class Latency {
  public:
    static constexpr std::size_t steps = 64;

    void observe(std::chrono::microseconds took, Weight weight = one);
    // The upper end of the step that holds it; `per_thousand` of 500 is the median. nullopt:
    // nothing was observed.
    std::optional<std::chrono::microseconds> quantile(int per_thousand) const;

    void fade(std::int64_t days);
    void add(const Latency& other);
    Weight seen() const;

    const std::array<Weight, steps>& weights() const { return weights_; }
    void set(std::size_t step, Weight weight) { weights_.at(step) = weight; }
    friend bool operator==(const Latency&, const Latency&) = default;

  private:
    std::array<Weight, steps> weights_{};
};

} // namespace settled::learn
