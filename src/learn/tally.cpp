#include "learn/tally.h"

#include <algorithm>
#include <cmath>

namespace settled::learn {

namespace {

// 2^(-1/45) in millionths.
constexpr std::int64_t kept_a_day = 984'715;
constexpr std::int64_t million = 1'000'000;
// After so many days nothing is left of any count.
constexpr std::int64_t days_max = 4'000;

} // namespace

Weight faded(Weight weight, std::int64_t days) {
    if (days >= days_max)
        return 0;
    for (std::int64_t day = 0; day < days && weight > 0; ++day)
        weight = weight / million * kept_a_day + weight % million * kept_a_day / million;
    return weight;
}

Share share_of(Weight part, Weight all, double z) {
    if (all <= 0)
        return {};
    const double n = static_cast<double>(all) / one;
    const double p =
        static_cast<double>(std::clamp<Weight>(part, 0, all)) / static_cast<double>(all);
    const double z2 = z * z;
    const double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
    const double half = z / (1 + z2 / n) * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    return {std::max(0.0, middle - half), p, std::min(1.0, middle + half)};
}

void Survival::fade(std::int64_t days) {
    survived = faded(survived, days);
    absent = faded(absent, days);
    altered = faded(altered, days);
}

void Survival::add(const Survival& other) {
    survived += other.survived;
    absent += other.absent;
    altered += other.altered;
}

} // namespace settled::learn
