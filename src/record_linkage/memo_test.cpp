#include "record_linkage/memo.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace settled::record_linkage {
namespace {

// Words short enough that many begin with others.
std::string some_word(std::mt19937_64& random) {
    std::string word;
    const std::size_t length = 1 + random() % 4;
    for (std::size_t i = 0; i < length; ++i)
        word += static_cast<char>('A' + random() % 3);
    return word;
}

// A pair may be counted with another one (counts.h): then it seems more frequent, and proves less.
TEST(Rarity, of_a_word_behind_another_is_never_more_than_counting_one_by_one_gives) {
    std::mt19937_64 random(7);
    MemoBook book;
    for (int i = 0; i < 3'000; ++i)
        book.add(some_word(random) + " " + some_word(random) + " " + some_word(random));
    const std::vector<std::uint32_t> uses(book.memo_count(), 1);
    const Rarity rarity(book, uses);
    std::map<std::uint32_t, double> befores;
    std::map<std::pair<std::uint32_t, std::uint32_t>, double> whole;
    std::map<std::pair<std::uint32_t, std::uint32_t>, double> beginning;
    for (std::uint32_t m = 0; m < book.memo_count(); ++m) {
        const Memo& memo = book.memo(m);
        for (std::uint32_t word = 1; word < book.word_count(); ++word) {
            const auto* const end = memo.words.begin() + memo.count;
            befores[word] += std::find(memo.words.begin(), end, word) != end ? 1 : 0;
            for (std::size_t i = 1; i < memo.count; ++i) {
                whole[{memo.words[i - 1], word}] += memo.words[i] == word ? 1 : 0;
                beginning[{memo.words[i - 1], word}] +=
                    book.word(memo.words[i]).starts_with(book.word(word)) ? 1 : 0;
            }
        }
    }
    const auto expected = [&](std::uint32_t before, double pairs) {
        return std::max(0.0, std::log((std::max(befores[before] - 2, 0.0) + 1) /
                                      (std::max(pairs - 2, 0.0) + 0.5)));
    };
    ASSERT_GT(book.word_count(), 100U);
    for (std::uint32_t before = 1; before < book.word_count(); ++before)
        for (std::uint32_t next = 1; next < book.word_count(); ++next) {
            EXPECT_LE(rarity.of_pair(before, next, true),
                      expected(before, whole[{before, next}]) + 1e-9);
            EXPECT_LE(rarity.of_pair(before, next, false),
                      expected(before, beginning[{before, next}]) + 1e-9);
        }
}

} // namespace
} // namespace settled::record_linkage
