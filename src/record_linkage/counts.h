// A table of counts by 64-bit key: open addressing, no deletion, a few bytes an entry. Batch
// linking counts many millions of word beginnings; a node-based map would take ten times the
// memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace settled::record_linkage {

// A key of a key: equal ones are equal in every run, near ones end up far apart.
constexpr std::uint64_t spread(std::uint64_t x) {
    x ^= x >> 30U;
    x *= 0xbf58476d1ce4e5b9U;
    x ^= x >> 27U;
    x *= 0x94d049bb133111ebU;
    return x ^ (x >> 31U);
}

// One key of two values, different for different small numbers.
constexpr std::uint64_t key_of_two(std::uint64_t a, std::uint64_t b) {
    return spread(spread(a + 0x9e3779b97f4a7c15U) + b);
}

// The key that rarity counts by. Small numbers may meet: (3, b) and (4, b - 65) among others, so that
// now and then a pair of words counts as more frequent than it is, never as rarer; which one, depends on
// how words are numbered.
constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    return spread(a ^ (b + 0x9e3779b97f4a7c15U + (a << 6U) + (a >> 2U)));
}

constexpr std::uint64_t key_of(std::string_view text) {
    std::uint64_t key = 0xcbf29ce484222325U;
    for (const char c : text)
        key = (key ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
    return key;
}

class Counts {
  public:
    void add(std::uint64_t key, std::uint32_t by = 1);
    std::uint32_t of(std::uint64_t key) const; // 0 when it was never added
    std::size_t size() const { return used_; }

  private:
    struct Slot {
        std::uint64_t key;
        std::uint32_t count; // 0: empty
    };
    void grow();

    std::vector<Slot> slots_;
    std::size_t used_ = 0;
};

} // namespace settled::record_linkage
