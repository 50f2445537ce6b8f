// The origins as they are looked for: by time, amount and what they share with a destination.
#pragma once

#include "record_linkage/pairs.h"
#include "record_linkage/postings.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace settled::record_linkage {

// Immutable after construction. Keeps references to all it is made of.
class OriginIndex {
  public:
    // What of the origins is in reach of a destination: [first, last) by place, [low, high] by
    // amount.
    struct Reach {
        std::uint32_t first;
        std::uint32_t last;
        std::int64_t low;
        std::int64_t high;
    };
    // What is needed of an origin before it is compared, in one place.
    struct Origin {
        std::int64_t at;
        std::int64_t minor;
        std::uint64_t signature;
        std::uint32_t memo;
        std::uint32_t currency;
        std::uint32_t account;
        bool has_memo;
    };
    // The groups of amounts in which origins in reach of a destination stand.
    struct Groups {
        std::array<std::uint64_t, 3> keys{};
        std::size_t count = 0;
    };

    OriginIndex(const Side& origins, const Side& destinations, const Texts& texts,
                const Bounds& reach, const MemoComparer& memos, const MemoComparer& names);

    // The day or moment of a transfer, in the coarser of the two sides' units.
    std::int64_t time_of(const Transfer& transfer) const;
    const Origin& origin(std::uint32_t place) const { return places_[place]; }
    // Calls `visit` for each place of a list, with what is kept of it on its way from memory.
    template <class Visit>
    void for_each(std::span<const std::uint32_t> list, const Visit& visit) const {
        for (std::size_t k = 0; k < list.size(); ++k) {
            if (k + ahead < list.size())
                __builtin_prefetch(&places_[list[k + ahead]]);
            visit(list[k]);
        }
    }
    void prefetch_first(std::span<const std::uint32_t> list) const {
        for (const std::uint32_t place : list.first(std::min(list.size(), ahead)))
            __builtin_prefetch(&places_[place]);
    }
    std::size_t size() const { return times_.size(); }

    Reach reach_before(const Transfer& destination) const;
    // Origins that are too late for the destination, by as much as others may be too early.
    Reach reach_after(const Transfer& destination) const;
    Groups groups_around(const Transfer& destination) const;
    // In the band of the reach, of the same currency and account.
    bool may_belong(const Origin& origin, const Transfer& destination, const Reach& reach) const {
        return origin.minor >= reach.low && origin.minor <= reach.high &&
               origin.currency == destination.currency &&
               (origin.account == destination.account ||
                (!by_account_ && (origin.account == 0 || destination.account == 0)));
    }
    // How many origins are in reach before a destination.
    std::uint32_t crowd(std::size_t destination) const { return crowds_[destination]; }
    // Natural log of how likely a stranger in reach has exactly this destination's amount.
    double amount_chance(const Transfer& destination) const;

    // Evidence by which a transfer can be found, besides its exact amount. Ids have no words.
    void evidence_of(const Transfer& transfer, MemoComparer::Role role,
                     std::vector<Evidence>& out) const;
    const Postings& postings() const { return postings_; }
    std::uint64_t amount_key(const Transfer& transfer) const;
    // The key of all origins of a group.
    static std::uint64_t any_key(std::uint64_t group);

  private:
    static constexpr std::size_t ahead = 8; // so many places in a list

    Postings index() const;
    void count_crowds();
    Reach reach_of(const Transfer& destination, std::int64_t from, std::int64_t to) const;
    std::uint64_t group_of(const Transfer& transfer, std::int64_t bucket) const;
    std::int64_t bucket_of(std::int64_t minor) const;

    const Side* origins_;
    const Side* destinations_;
    const Texts* texts_;
    Bounds reach_;
    const MemoComparer* memos_;
    const MemoComparer* names_;
    bool whole_days_;
    bool has_accounts_;
    bool by_account_; // every row has one
    bool has_ids_;    // besides the memo
    double bucket_width_;
    std::vector<std::int64_t> times_;                // by origin
    std::vector<Origin> places_;                     // by origin
    std::vector<std::uint32_t> crowds_;              // by destination
    std::vector<std::vector<std::int64_t>> amounts_; // by currency: of both sides, rising
    Postings postings_;
};

} // namespace settled::record_linkage
