#include "learn/latency.h"

#include <algorithm>
#include <numeric>

namespace settled::learn {

namespace {

constexpr std::array<std::int64_t, Latency::steps> make_bounds() {
    std::array<std::int64_t, Latency::steps> bounds{};
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        const std::int64_t doubled = std::int64_t{1000} << (i / 2);
        bounds[i] = i % 2 == 0 ? doubled : doubled / 1000 * 1414 + doubled % 1000 * 1414 / 1000;
    }
    return bounds;
}
constexpr auto bounds_us = make_bounds(); // the upper end of each step

} // namespace

void Latency::observe(std::chrono::microseconds took, Weight weight) {
    const auto* const found = std::ranges::lower_bound(bounds_us, took.count());
    const auto step = std::min<std::ptrdiff_t>(found - bounds_us.begin(), steps - 1);
    weights_[static_cast<std::size_t>(step)] += weight;
}

Weight Latency::seen() const {
    return std::accumulate(weights_.begin(), weights_.end(), Weight{0});
}

std::optional<std::chrono::microseconds> Latency::quantile(int per_thousand) const {
    const Weight all = seen();
    if (all == 0)
        return std::nullopt;
    const Weight wanted = (all * per_thousand + 999) / 1000;
    Weight below = 0;
    for (std::size_t step = 0; step < steps; ++step) {
        below += weights_[step];
        if (below >= wanted && below > 0)
            return std::chrono::microseconds(bounds_us[step]);
    }
    return std::chrono::microseconds(bounds_us.back());
}

void Latency::fade(std::int64_t days) {
    for (Weight& weight : weights_)
        weight = faded(weight, days);
}

void Latency::add(const Latency& other) {
    for (std::size_t step = 0; step < steps; ++step)
        weights_[step] += other.weights_[step];
}

} // namespace settled::learn
