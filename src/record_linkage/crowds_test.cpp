#include "record_linkage/crowds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace settled::record_linkage {
namespace {

std::uint32_t counted_one_by_one(const std::vector<Member>& members, const Question& question) {
    return static_cast<std::uint32_t>(std::ranges::count_if(members, [&](const Member& member) {
        return member.group == question.group && member.minor >= question.low &&
               member.minor <= question.high && member.origin >= question.first &&
               member.origin < question.last;
    }));
}

TEST(Crowds, are_what_counting_one_by_one_gives) {
    std::mt19937_64 random(1);
    std::vector<Member> members;
    for (std::uint32_t origin = 0; origin < 2'000; ++origin)
        for (std::uint64_t in = 0; in <= random() % 2; ++in)
            members.push_back(
                {random() % 3, static_cast<std::int64_t>(1 + random() % 100), origin});
    std::vector<Question> questions;
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    for (int q = 0; q < 500; ++q) {
        last = std::min<std::uint32_t>(2'000, last + static_cast<std::uint32_t>(random() % 9));
        first = std::min(last, first + static_cast<std::uint32_t>(random() % 8));
        const auto low = static_cast<std::int64_t>(random() % 100);
        const auto high = low + static_cast<std::int64_t>(random() % 40);
        questions.push_back({random() % 4, low, high, first, last}); // of group 3 there is nothing
    }
    const auto counts = count_crowds(members, questions);
    ASSERT_EQ(counts.size(), questions.size());
    for (std::size_t q = 0; q < questions.size(); ++q)
        EXPECT_EQ(counts[q], counted_one_by_one(members, questions[q])) << "question " << q;
}

TEST(Crowds, of_nothing_are_empty) {
    EXPECT_TRUE(count_crowds({}, {}).empty());
    const Question question{.group = 1, .low = 0, .high = 9, .first = 0, .last = 0};
    EXPECT_EQ(count_crowds({}, std::vector{question}), std::vector<std::uint32_t>{0});
}

} // namespace
} // namespace settled::record_linkage
