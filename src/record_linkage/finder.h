// Finds the pairs of a stretch of destinations, in order of time.
//
// An origin is looked at when it shares evidence with the destination (a rare word or its beginning,
// an id, the exact amount; memo_compare.h) and is in reach: in the window, in the band of amounts,
// of the same currency and account. The rarest evidence comes first, and the work for a destination
// has limits (Bounds), whatever its neighbourhood is like:
//
// - lists of evidence are read, shortest first, as long as `read_max` entries suffice for all of a
//   list; what more origins share sets them apart least;
// - the `compared_max` origins that share the rarest evidence, all in all, are compared; once it is
//   learnt how amounts and delays speak, they have their part in this choice.
//
// So the work grows with the rows, not with the rows that a window holds.
#pragma once

#include "record_linkage/model.h"
#include "record_linkage/pairs.h"
#include "record_linkage/postings.h"
#include "record_linkage/tally.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace settled::record_linkage {

class PairFinder {
  public:
    PairFinder(const Side& origins, const Side& destinations, const Texts& texts, Bounds bounds);

    // Appends what is kept of destinations [begin, end), ordered by destination, then origin. Gives
    // how many pairs were compared. Without a model nothing but shared evidence chooses, so that
    // what is found shows how amounts and delays are spread.
    std::size_t find(std::size_t begin, std::size_t end, const Model* model,
                     std::vector<Pair>& out) const;
    // Pairs that cannot be true, kept or not: in reach, but the origin is later than the
    // destination; of every `step`-th destination. Their comparisons show what strangers look like.
    Tally strangers(std::size_t begin, std::size_t end, std::size_t step) const;
    // The day or moment of a transfer, in the coarser of the two sides' units.
    std::int64_t time_of(const Transfer& transfer) const;

  private:
    // What of the origins is in reach of a destination: [first, last) by place, [low, high] by
    // amount.
    struct Reach {
        std::uint32_t first;
        std::uint32_t last;
        std::int64_t low;
        std::int64_t high;
    };
    class Gathering;

    void count_crowds();
    Postings index() const;
    std::uint64_t group_of(const Transfer& transfer, std::int64_t bucket) const;
    std::uint64_t amount_key(const Transfer& transfer) const;
    std::int64_t bucket_of(std::int64_t minor) const;
    Reach reach_of(const Transfer& destination, std::int64_t from, std::int64_t to) const;
    Reach reach_before(const Transfer& destination) const;
    bool may_belong(const Transfer& origin, const Transfer& destination) const;
    void evidence_of(const Transfer& transfer, std::vector<Evidence>& out) const;
    void prefetch(std::span<const std::uint32_t> origins, std::size_t at) const;
    // True if the pair is worth keeping.
    bool describe(std::uint32_t origin, std::uint32_t destination, Pair& pair) const;
    std::size_t amount_cell(std::int64_t origin_minor, const Transfer& destination) const;
    std::size_t delay_cell(std::uint32_t origin, const Transfer& destination) const;
    double amount_chance(const Transfer& destination) const;
    void describe_ids(const Transfer& origin, const Transfer& destination, Pair& pair) const;

    const Side* origins_;
    const Side* destinations_;
    const Texts* texts_;
    Bounds bounds_;
    Bounds reach_;
    bool whole_days_;
    bool has_accounts_;
    bool by_account_; // every row has one
    double bucket_width_;
    MemoComparer memos_;
    MemoComparer names_;
    std::vector<std::uint32_t> end_to_end_uses_; // of both sides
    std::vector<std::uint32_t> account_uses_;
    bool has_ids_;                                   // besides the memo
    std::vector<std::int64_t> times_;                // by origin
    std::vector<std::int64_t> minors_;               // by origin
    std::vector<std::uint32_t> crowds_;              // by destination: origins in its reach
    std::vector<std::vector<std::int64_t>> amounts_; // by currency: of both sides, rising
    Postings evidence_;
};

} // namespace settled::record_linkage
