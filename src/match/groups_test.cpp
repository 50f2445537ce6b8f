#include "match/groups.h"

#include "match/testing.h"

#include <gtest/gtest.h>

#include <bit>

namespace settled::match {
namespace {

using testing::identity_of;
using testing::money;

std::vector<Money> pounds(const std::vector<std::int64_t>& minors) {
    std::vector<Money> amounts;
    for (const std::int64_t minor : minors)
        amounts.push_back(money(minor));
    return amounts;
}

TEST(Groups, amounts_that_make_a_sum) {
    struct Case {
        std::string_view name;
        std::int64_t total;
        std::vector<std::int64_t> amounts;
        Fit fit;
        std::vector<std::size_t> members;
    };
    const Case cases[] = {
        {"nothing", 100, {}, Fit::none, {}},
        {"two", 100, {30, 50, 70}, Fit::one, {0, 2}},
        {"all", 100, {20, 30, 50}, Fit::one, {0, 1, 2}},
        {"no pair", 100, {30, 50, 60}, Fit::none, {}},
        {"one alone is no group", 100, {100, 30}, Fit::none, {}},
        {"one alone beside a group", 100, {100, 30, 70}, Fit::one, {1, 2}},
        {"two ways", 100, {30, 70, 40, 60}, Fit::several, {}},
        {"two of one amount, one needed", 100, {30, 70, 70}, Fit::several, {}},
        {"two of one amount, both needed", 100, {50, 50, 7}, Fit::one, {0, 1}},
        {"five parts", 100, {20, 20, 20, 20, 20}, Fit::one, {0, 1, 2, 3, 4}},
        {"six parts are too many", 120, {20, 20, 20, 20, 20, 20}, Fit::none, {}},
        {"nothing and less are no parts", 100, {0, 30, -10, 70, 80}, Fit::one, {1, 3}},
        {"no total", 0, {30, 70}, Fit::none, {}},
    };
    for (const auto& row : cases) {
        const auto group = sum_to(money(row.total), pounds(row.amounts), 5);
        EXPECT_EQ(group.fit, row.fit) << row.name;
        EXPECT_EQ(group.members, row.members) << row.name;
    }
}

TEST(Groups, are_of_one_currency) {
    const std::vector<Money> amounts = {money(30, "EUR"), money(30), money(70, "EUR"), money(70)};
    EXPECT_EQ(sum_to(money(100), amounts, 5).members, (std::vector<std::size_t>{1, 3}));
    EXPECT_EQ(sum_to(money(100, "EUR"), amounts, 5).members, (std::vector<std::size_t>{0, 2}));
    EXPECT_EQ(sum_to(money(100, "USD"), amounts, 5).fit, Fit::none);
}

TEST(Groups, too_many_candidates_say_nothing) {
    std::vector<Money> amounts(group_candidates_max - 2, money(1'000));
    amounts.push_back(money(30));
    amounts.push_back(money(70));
    EXPECT_EQ(sum_to(money(100), amounts, 5).fit, Fit::one);
    amounts.push_back(money(100, "EUR")); // no candidate
    EXPECT_EQ(sum_to(money(100), amounts, 5).fit, Fit::one);
    amounts.push_back(money(1'000));
    EXPECT_EQ(sum_to(money(100), amounts, 5).fit, Fit::several);
}

TEST(Groups, the_largest_amounts_do_not_overflow) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(sum_to(money(most), pounds({most, most, most - 1, 1}), 5).members,
              (std::vector<std::size_t>{2, 3}));
}

TEST(Groups, are_what_trying_all_of_them_gives) {
    int found = 0;
    EXPECT_TRUE(testing::holds([&found] {
        const auto number = [](std::int64_t lowest, std::int64_t below) {
            return rc::gen::resize(100, rc::gen::inRange(lowest, below));
        };
        const auto count = static_cast<std::size_t>(*number(0, 9));
        const auto minors = *rc::gen::container<std::vector<std::int64_t>>(count, number(-2, 60));
        const auto total = *number(-1, 120);
        const auto parts_max = static_cast<std::size_t>(*number(0, 6));
        int fitting = 0;
        std::vector<std::size_t> members;
        for (unsigned set = 0; set < 1U << minors.size(); ++set) {
            std::vector<std::size_t> chosen;
            std::int64_t sum = 0;
            bool positive = true;
            for (std::size_t i = 0; i < minors.size(); ++i)
                if ((set >> i & 1U) != 0) {
                    chosen.push_back(i);
                    sum += minors[i];
                    positive = positive && minors[i] > 0;
                }
            if (positive && sum == total && chosen.size() >= 2 && chosen.size() <= parts_max) {
                ++fitting;
                members = chosen;
            }
        }
        found += fitting == 1 ? 1 : 0;
        const auto group = sum_to(money(total), pounds(minors), parts_max);
        RC_ASSERT(group.fit == (fitting == 0 ? Fit::none : fitting == 1 ? Fit::one : Fit::several));
        RC_ASSERT(group.members == (fitting == 1 ? members : std::vector<std::size_t>()));
    }));
    EXPECT_GT(found, 50) << "the generator no longer makes groups";
}

TEST(Groups, twins_are_equal_in_everything_but_time) {
    const auto one = identity_of({.end_to_end_id = "E2E-0001", .reference = "RENT", .payer = "P"});
    auto later = one;
    later.at = one.at + std::chrono::hours(5);
    EXPECT_TRUE(are_twins({}));
    EXPECT_TRUE(are_twins(std::vector{one}));
    EXPECT_TRUE(are_twins(std::vector{one, later, one}));

    constexpr void (*changes[])(MatchFields&) = {
        [](MatchFields& i) { i.account = "OTHER"; },
        [](MatchFields& i) { i.amount.minor += 1; },
        [](MatchFields& i) { i.amount = money(i.amount.minor, "EUR"); },
        [](MatchFields& i) { i.end_to_end_id.clear(); },
        [](MatchFields& i) { i.reference += "X"; },
        [](MatchFields& i) { i.uetr = "u"; },
        [](MatchFields& i) { i.other_account.clear(); },
        [](MatchFields& i) { i.other_name = "ANNLEE"; },
        [](MatchFields& i) { i.rail = Rail::bacs; },
        [](MatchFields& i) { i.single_use = true; },
        [](MatchFields& i) { i.accepted_range = Bounds{.lowest = money(1), .highest = money(2)}; },
    };
    for (std::size_t i = 0; i < std::size(changes); ++i) {
        auto other = later;
        changes[i](other);
        EXPECT_FALSE(are_twins(std::vector{one, one, other})) << i;
        EXPECT_FALSE(are_twins(std::vector{other, one})) << i;
    }
}

} // namespace
} // namespace settled::match
