// Finds the pairs of a stretch of destinations, in order of time: compares each destination with
// its candidates (candidates.h).
#pragma once

#include "record_linkage/model.h"
#include "record_linkage/origin_index.h"
#include "record_linkage/pairs.h"
#include "record_linkage/tally.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace settled::record_linkage {

class PairFinder {
  public:
    PairFinder(const Side& origins, const Side& destinations, const Texts& texts, Bounds bounds);

    // What was done to find pairs.
    struct Work {
        std::size_t gathered = 0; // candidates
        std::size_t limited = 0;  // destinations of which a limit left candidates out
    };
    // What was found for one destination, in order of the origins, and what was not compared.
    using Take = std::function<void(std::size_t destination, std::span<Pair> pairs,
                                    const LeftOut& left_out)>;
    // Finds what is kept of destinations [begin, end). A pair of less than weight_min by `model` may
    // be left out.
    Work find(std::size_t begin, std::size_t end, const Model* model, const Take& take) const;
    // Pairs that cannot be true, kept or not: in reach, but the origin is later than the
    // destination; of every `step`-th destination. Their comparisons show what strangers look like.
    Tally strangers(std::size_t begin, std::size_t end, std::size_t step) const;
    // The day or moment of a transfer, in the coarser of the two sides' units.
    std::int64_t time_of(const Transfer& transfer) const { return index_.time_of(transfer); }

  private:
    void prefetch(std::span<const std::uint32_t> origins, std::size_t at) const;
    // True if the pair is worth keeping.
    bool describe(std::uint32_t origin, std::uint32_t destination, Pair& pair) const;
    void describe_ids(const Transfer& origin, const Transfer& destination, Pair& pair) const;

    const Side* origins_;
    const Side* destinations_;
    const Texts* texts_;
    Bounds bounds_;
    Bounds reach_;
    MemoComparer memos_;
    MemoComparer names_;
    std::vector<std::uint32_t> end_to_end_uses_; // of both sides
    std::vector<std::uint32_t> account_uses_;
    bool has_ids_; // besides the memo
    OriginIndex index_;
};

} // namespace settled::record_linkage
