#include "record_linkage/counts.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>

namespace settled::record_linkage {
namespace {

TEST(Keys, of_different_small_numbers_differ) {
    std::set<std::uint64_t> keys;
    for (std::uint64_t a = 0; a < 40; ++a)
        for (std::uint64_t b = 0; b < 3'000; ++b)
            EXPECT_TRUE(keys.insert(key_of_two(a, b)).second) << a << ", " << b;
}

TEST(Counts, are_of_each_key_alone) {
    Counts counts;
    for (std::uint64_t key = 0; key < 5'000; ++key)
        counts.add(key << 1U, static_cast<std::uint32_t>(key % 7));
    for (std::uint64_t key = 0; key < 5'000; ++key) {
        EXPECT_EQ(counts.of(key << 1U), key % 7);
        EXPECT_EQ(counts.of(key << 1U | 1U), 0U);
    }
}

} // namespace
} // namespace settled::record_linkage
