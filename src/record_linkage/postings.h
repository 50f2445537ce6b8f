// Which transfers have a piece of evidence: numbers in rising order by 64-bit key, in two flat
// arrays. Keys that fall into one slot share its list, so a list may hold strangers; callers
// compare what they find anyway.
#pragma once

#include "record_linkage/counts.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace settled::record_linkage {

class Postings {
  public:
    // `each` is called twice with a function (key, number), and must call it the same way both
    // times, numbers rising. `expected` keys or so.
    template <class Each>
    Postings(std::size_t expected, const Each& each);

    // Those of this key from number `first` to before `last`.
    std::span<const std::uint32_t> of(std::uint64_t key, std::uint32_t first,
                                      std::uint32_t last) const {
        const std::size_t slot = slot_of(key);
        const auto* const begin = numbers_.data() + begins_[slot];
        const auto* const end = numbers_.data() + begins_[slot + 1];
        const auto* const from = std::lower_bound(begin, end, first);
        return {from, std::lower_bound(from, end, last)};
    }
    // For callers that look up many: first the places of the lists, then the lists, are on their way
    // from memory.
    void prefetch(std::uint64_t key) const { __builtin_prefetch(&begins_[slot_of(key)]); }
    void prefetch_list(std::uint64_t key) const {
        const std::size_t slot = slot_of(key);
        const std::size_t begin = begins_[slot];
        __builtin_prefetch(numbers_.data() + begin + (begins_[slot + 1] - begin) / 2);
    }

  private:
    std::size_t slot_of(std::uint64_t key) const { return spread(key) & mask_; }

    std::size_t mask_;
    std::vector<std::uint32_t> begins_; // by slot, one more at the end
    std::vector<std::uint32_t> numbers_;
};

template <class Each>
Postings::Postings(std::size_t expected, const Each& each)
    : mask_(std::bit_ceil(std::max<std::size_t>(expected / 2, 64)) - 1), begins_(mask_ + 2) {
    each([&](std::uint64_t key, std::uint32_t) { ++begins_[slot_of(key) + 1]; });
    std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
    numbers_.resize(begins_.back());
    // Each slot's beginning moves to its end while it is filled, and back afterwards.
    each([&](std::uint64_t key, std::uint32_t number) {
        numbers_[begins_[slot_of(key)]++] = number;
    });
    std::copy_backward(begins_.begin(), begins_.end() - 1, begins_.end());
    begins_.front() = 0;
}

} // namespace settled::record_linkage
