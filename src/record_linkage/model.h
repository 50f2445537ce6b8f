// The weight of a pair's comparisons: natural logs of (how often true pairs look like this) over
// (how often strangers do), after Fellegi and Sunter. Learnt from the files themselves, without
// labels: strangers from pairs that cannot be true, true pairs by expectation and maximisation.
#pragma once

#include "record_linkage/pairs.h"
#include "record_linkage/tally.h"

#include <algorithm>
#include <array>
#include <cmath>
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
    // The part of what is expected of any pair, and of how many rivals it has.
    float weigh_crowd(float crowd) const {
        return static_cast<float>(prior_ - std::log(static_cast<double>(crowd)));
    }
    // The part of the memo, at most, when no more than `shared` (as in MemoMatch) is shared and the
    // sides that are named are sure to have a rare word left over.
    float weigh_memo_at_most(float shared, bool origin_left, bool destination_left) const {
        const auto step = std::min(static_cast<std::size_t>(shared), cells::rarity_steps - 1);
        return memo_at_most_[(origin_left ? 2U : 0U) + (destination_left ? 1U : 0U)][step];
    }
    // The greatest part of amount and delay: of amounts that differ; of equal ones, without the
    // pair's chance of equal amounts.
    float place_at_most() const { return place_at_most_; }
    float equal_amount_at_most() const { return equal_amount_at_most_; }
    // The greatest part of ids of which none is equal; and of equal ones, without their chance.
    float other_ids_at_most() const { return other_ids_at_most_; }
    float equal_ids_at_most() const { return equal_ids_at_most_; }
    // Takes over what the expected true pairs look like. `kept` are all pairs that were kept; the
    // numbers are those of the transfers that were looked at.
    void learn(const Tally& truths, const Tally& kept, double origins, double destinations);
    double matched_share() const { return matched_share_; }

  private:
    void weigh_cells(const Tally& truths, double strength);
    void bound_cells();

    Tally strangers_;
    std::vector<float> memo_;
    std::vector<float> words_;
    std::vector<float> amount_;
    std::vector<float> delay_;
    std::array<std::array<float, 4>, 3> ids_{};
    std::array<std::array<float, cells::rarity_steps>, 4> memo_at_most_{};
    float place_at_most_ = 0;
    float equal_amount_at_most_ = 0;
    float other_ids_at_most_ = 0;
    float equal_ids_at_most_ = 0;
    double prior_ = 0;
    double matched_share_ = 0;
};

} // namespace settled::record_linkage
