// Finds the pairs of a stretch of destinations, in order of time.
#pragma once

#include "record_linkage/pairs.h"
#include "record_linkage/tally.h"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace settled::record_linkage {

class PairFinder {
  public:
    PairFinder(const Side& origins, const Side& destinations, const Texts& texts, Bounds bounds);

    // Appends what is kept of destinations [begin, end), ordered by destination, then origin.
    void find(std::size_t begin, std::size_t end, std::vector<Pair>& out) const;
    // Pairs that cannot be true, kept or not: as above, but the origin is later than the
    // destination; of every `step`-th destination. Their comparisons show what strangers look like.
    Tally strangers(std::size_t begin, std::size_t end, std::size_t step) const;
    const MemoComparer& memos() const { return memos_; }
    // The day or moment of a transfer, in the coarser of the two sides' units.
    std::int64_t time_of(const Transfer& transfer) const;

  private:
    struct Entry {
        std::int64_t at;
        std::int64_t minor;
        std::uint64_t signature;
        std::uint32_t origin;
        std::uint32_t memo;
    };
    struct Amounts {
        std::vector<std::int64_t> sorted; // of both sides
    };
    std::uint64_t group_of(const Transfer& transfer, std::int64_t bucket) const;
    std::int64_t bucket_of(std::int64_t minor) const;
    static bool in_band(std::int64_t a, std::int64_t b, const Bounds& bounds);
    bool contradict(const Transfer& origin, const Transfer& destination) const;
    template <class Visit>
    void visit(const Transfer& destination, std::int64_t from, std::int64_t to,
               Visit&& visit) const;
    // True if the pair is worth keeping.
    bool describe(const Entry& entry, std::size_t destination, Pair& pair) const;
    double amount_chance(std::int64_t origin, const Transfer& destination) const;
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
    std::vector<std::vector<Entry>> buckets_;
    std::unordered_map<std::uint64_t, std::uint32_t> bucket_places_;
    std::vector<Amounts> amounts_; // by currency
    bool has_ids_;                 // besides the memo
};

} // namespace settled::record_linkage
