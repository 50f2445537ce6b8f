#include "record_linkage/score.h"

#include "record_linkage/ladder.h"

#include <algorithm>
#include <set>
#include <utility>

namespace settled::record_linkage {

namespace {

// Probable by everything together; the ladder has no rank for it.
constexpr int probable_rank = 12;

std::string rank_name(const Transfer& origin, const Transfer& destination, const Texts& texts) {
    const auto rank = rank_of(origin, destination, texts);
    return std::to_string(rank ? static_cast<int>(*rank) : probable_rank);
}

} // namespace

Score score(const Linked& linked, const Side& origins, const Side& destinations, const Texts& texts,
            std::span<const TruePair> truth, bool has_truth) {
    Score score;
    score.origins = origins.transfers.size();
    score.destinations = destinations.transfers.size();
    score.matched = linked.matches.size();
    score.ambiguous = static_cast<std::size_t>(std::ranges::count(linked.ambiguous, true));
    score.unmatched = score.destinations - score.matched - score.ambiguous;
    score.has_truth = has_truth;
    // A destination may truly have several origins when a file says so; each of them is right.
    std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
    std::set<std::uint32_t> possible;
    for (const TruePair& pair : truth) {
        pairs.emplace(pair.destination, pair.origin);
        possible.insert(pair.destination);
    }
    score.possible = possible.size();
    for (const Match& match : linked.matches) {
        const std::string rank = rank_name(origins.transfers[match.origin],
                                           destinations.transfers[match.destination], texts);
        ++score.per_rank[rank];
        if (!has_truth)
            continue;
        if (pairs.contains({match.destination, match.origin})) {
            ++score.right;
        } else {
            ++score.wrong;
            ++score.wrong_per_rank[rank];
        }
    }
    return score;
}

} // namespace settled::record_linkage
