#include "record_linkage/postings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace settled::record_linkage {
namespace {

TEST(Postings, give_every_number_of_a_key_in_order_and_within_a_range) {
    std::map<std::uint64_t, std::vector<std::uint32_t>> expected;
    const auto each = [&](const auto& visit) {
        for (std::uint32_t number = 0; number < 3'000; ++number) {
            visit(number % 7, number);
            visit(1'000 + number / 3, number);
        }
    };
    each([&](std::uint64_t key, std::uint32_t number) { expected[key].push_back(number); });
    const Postings postings(6'000, each);
    for (const auto& [key, numbers] : expected) {
        const auto all = postings.of(key, 0, 3'000);
        EXPECT_TRUE(std::ranges::is_sorted(all));
        EXPECT_TRUE(std::ranges::includes(all, numbers)) << key;
        const auto some = postings.of(key, 500, 2'000);
        for (const std::uint32_t number : numbers)
            EXPECT_EQ(std::ranges::binary_search(some, number), number >= 500 && number < 2'000);
    }
}

TEST(Postings, of_nothing_are_empty) {
    const Postings postings(0, [](const auto&) {});
    EXPECT_TRUE(postings.of(42, 0, 10).empty());
}

} // namespace
} // namespace settled::record_linkage
