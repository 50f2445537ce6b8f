// The weight of a pair's comparisons: natural logs of (how often true pairs look like this) over
// (how often strangers do), after Fellegi and Sunter. Learnt from the files themselves, without
// labels: strangers from pairs that cannot be true, true pairs by expectation and maximisation.
#pragma once

#include "record_linkage/pairs.h"
#include "record_linkage/tally.h"

#include <array>
#include <cstddef>
#include <vector>

namespace settled::record_linkage {

class Model {
  public:
    Model() : Model(Tally()) {}
    // Before anything is learnt: what banks are known to do. `strangers` must not be empty for the
    // weights to mean much.
    explicit Model(const Tally& strangers);

    // The weight of a pair: natural log of the odds that its two transfers belong together rather
    // than both to transfers outside these files.
    double weigh(const Pair& pair) const;
    // The part of the weight that amount and delay have, by their cells.
    float weigh_place(std::size_t amount, std::size_t delay) const {
        return amount_[amount] + delay_[delay];
    }
    // Takes over what the expected true pairs look like. `kept` are all pairs that were kept; the
    // numbers are those of the transfers that were looked at.
    void learn(const Tally& truths, const Tally& kept, double origins, double destinations);
    double matched_share() const { return matched_share_; }

  private:
    void weigh_cells(const Tally& truths, double strength);

    Tally strangers_;
    std::vector<float> memo_;
    std::vector<float> words_;
    std::vector<float> amount_;
    std::vector<float> delay_;
    std::array<std::array<float, 4>, 3> ids_{};
    double prior_ = 0;
    double matched_share_ = 0;
};

} // namespace settled::record_linkage
