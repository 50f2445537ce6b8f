// How likely each pair is, given that a transfer has at most one partner.
//
// The weights of pairs say how well two transfers fit; they do not say that a better rival exists,
// or that the rival's own partner is somewhere else. Exact odds over all ways to pair up are out of
// reach. They are approached in two steps:
//
// 1. Belief propagation on the graph of pairs: each end of a pair sends the other how free it is,
//    until nothing changes. That finds the best way to pair up, but is too sure of itself where
//    pairs form a ring (two payments and two settlements that all fit each other).
// 2. For each pair of the best way, the odds of what else could be true: every way in which its two
//    ends stay free or take other partners, whose partners take others in turn, a few steps far,
//    rings included. This is exact for the small knots in which doubt lives.
//
// A transfer of which not all pairs were looked at may belong to one that is not here: the odds of
// that are added to those of staying free, wherever it would be freed. So are the odds of weak pairs,
// each as far as the first step found its other end free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace settled::record_linkage {

// A weight below this never changes a decision, however free both ends are: such pairs are left
// out.
inline constexpr float weight_min = -7;
// In a crowd a pair of less weight than this is a weak one.
inline constexpr float weight_weak = -2;

// A pair by its weight alone.
struct Edge {
    std::uint32_t origin = 0;
    std::uint32_t destination = 0;
    float weight = 0;
    float posterior = 0;
    // How free each end is without this pair, as it was found last: where the next search begins.
    float origin_free = 1;
    float destination_free = 1;
    bool within_bounds = true;
};

// A pair that is unlikely in itself and of which there are many: it only adds to what its two ends
// may do when they are freed.
struct WeakEdge {
    std::uint32_t origin = 0;
    std::uint32_t destination = 0;
    float odds = 0;
};

// The odds of pairs that are not here: by transfer, none given meaning 0; and of every origin.
struct Unseen {
    std::span<const float> of_destinations;
    std::span<const float> of_origins;
    float of_every_origin = 0;
    std::span<const WeakEdge> weak = {};
};

// Fills `posterior` from `weight`. The edges must be ordered by destination. Of one transfer at
// most one edge has a posterior above one half. The second step is made for destinations in
// [begin, end) alone; other edges keep the estimate of the first, at most one half.
void one_to_one(std::span<Edge> edges, const Unseen& unseen = {}, std::size_t begin = 0,
                std::size_t end = std::numeric_limits<std::size_t>::max());
// The first step alone, for learning: good on the average, too sure in rings.
void estimate_one_to_one(std::span<Edge> edges);

} // namespace settled::record_linkage
