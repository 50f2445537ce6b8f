#include "statements/pages.h"

#include "statements/text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace settled::statements {
namespace {

constexpr std::int64_t monday = 1'794'787'200'000'000; // 2026-11-16

Instant day(int number) {
    return {monday + number * day_us};
}

// A statement of that day with balances in whole units.
Sheet sheet(std::int64_t id, int on, std::int64_t opening, std::int64_t closing) {
    Sheet s;
    s.id = StatementId{id};
    s.from = s.to = day(on);
    s.opening = opening;
    s.closing = closing;
    s.credits_minor = closing > opening ? closing - opening : 0;
    s.debits_minor = closing < opening ? opening - closing : 0;
    return s;
}

Sheet numbered(Sheet s, std::int64_t sequence, std::int64_t page) {
    s.sequence = sequence;
    s.page = page;
    return s;
}

Sheet between(Sheet s, bool continues, bool goes_on) {
    s.continues = continues;
    s.goes_on = goes_on;
    return s;
}

Sheet of_message(Sheet s, const std::string& message, std::int64_t page, bool is_last) {
    s.message_id = message;
    s.page = page;
    s.continues = page > 1;
    s.goes_on = !is_last;
    return s;
}

Place place_among(const std::vector<Sheet>& all, std::int64_t id) {
    const auto own = std::ranges::find(all, StatementId{id}, &Sheet::id);
    return place_of(*own, all);
}

bool is_asked(const Place& place) {
    return place.asked_from < place.asked_before;
}

std::string gaps(const Place& place) {
    std::string text;
    if (place.lacks_pages)
        text += " lacks_pages";
    if (place.previous_lacks_pages)
        text += " previous_lacks_pages";
    if (place.sequence_gap)
        text +=
            fmt::format(" missing {}-{}", place.sequence_gap->first, place.sequence_gap->second);
    if (place.opening_difference.value_or(0) != 0)
        text += fmt::format(" opening {}", *place.opening_difference);
    if (place.balance_difference.value_or(0) != 0)
        text += fmt::format(" balance {}", *place.balance_difference);
    return text;
}

TEST(Pages, of_a_day_that_meet_by_interim_balances_are_one_statement_that_asks_once) {
    const std::vector<Sheet> all{sheet(1, 0, 0, 5), between(sheet(2, 1, 5, 10), false, true),
                                 between(sheet(4, 1, 10, 30), true, true),
                                 between(sheet(3, 1, 30, 20), true, false)};
    for (const std::int64_t id : {1, 2, 3, 4})
        EXPECT_EQ(gaps(place_among(all, id)), "") << id;
    EXPECT_EQ(place_among(all, 4).pages,
              (std::vector{StatementId{2}, StatementId{4}, StatementId{3}}));
    EXPECT_TRUE(is_asked(place_among(all, 2)));
    EXPECT_FALSE(is_asked(place_among(all, 4)));
    EXPECT_FALSE(is_asked(place_among(all, 3)));
    EXPECT_EQ(place_among(all, 2).previous, StatementId{1});
    EXPECT_EQ(place_among(all, 3).previous, StatementId{4});
}

TEST(Pages, ask_for_nothing_while_one_of_them_is_missing) {
    const Sheet first = numbered(between(sheet(1, 1, 5, 10), false, true), 17, 1);
    const Sheet second = numbered(between(sheet(2, 1, 10, 30), true, true), 17, 2);
    const Sheet third = numbered(between(sheet(3, 1, 30, 20), true, false), 17, 3);
    for (const auto& [here, id] : {std::pair(std::vector{first}, 1),
                                   {std::vector{first, second}, 1},
                                   {std::vector{second, third}, 3},
                                   {std::vector{first, third}, 3}}) {
        const Place place = place_among(here, id);
        EXPECT_EQ(gaps(place), " lacks_pages") << id;
        EXPECT_FALSE(is_asked(place)) << id;
    }
    // What is lost shows when the bank's next statement is there.
    const Sheet next = numbered(sheet(4, 2, 20, 21), 18, 1);
    EXPECT_EQ(gaps(place_among({first, second, next}, 4)), " previous_lacks_pages");
    EXPECT_EQ(gaps(place_among({first, second, third, next}, 4)), "");
}

TEST(Pages, with_final_balances_are_joined_by_number_and_page) {
    const std::vector<Sheet> all{numbered(sheet(3, 1, 0, 10), 32401, 1),
                                 numbered(sheet(2, 1, 10, 20), 32401, 2),
                                 numbered(sheet(1, 1, 20, 30), 32401, 3)};
    for (const std::int64_t id : {1, 2, 3})
        EXPECT_EQ(gaps(place_among(all, id)), "") << id;
    EXPECT_TRUE(is_asked(place_among(all, 3)));
    EXPECT_FALSE(is_asked(place_among(all, 1)));
}

TEST(Pages, of_a_camt_message_are_compared_with_their_balances_as_a_whole) {
    // Each page states the balances of all pages.
    std::vector<Sheet> all{of_message(sheet(1, 1, 100, 130), "M1", 1, false),
                           of_message(sheet(2, 1, 100, 130), "M1", 2, false),
                           of_message(sheet(3, 1, 100, 130), "M1", 3, true)};
    for (Sheet& page : all)
        page.credits_minor = 10;
    for (const std::int64_t id : {1, 2, 3})
        EXPECT_EQ(gaps(place_among(all, id)), "") << id;
    all[1].credits_minor = 9;
    EXPECT_EQ(gaps(place_among(all, 1)), " balance 1");
    EXPECT_EQ(gaps(place_among({all[0], all[1]}, 1)), " lacks_pages");
    EXPECT_EQ(gaps(place_among({all[0], all[2]}, 1)), " lacks_pages");
}

TEST(Pages, of_a_message_on_which_an_account_is_not_are_not_waited_for) {
    const Sheet only = of_message(sheet(1, 1, 100, 110), "M1", 2, false);
    EXPECT_EQ(gaps(place_among({only}, 1)), "");
    EXPECT_TRUE(is_asked(place_among({only}, 1)));
    const Sheet first = of_message(sheet(2, 1, 100, 130), "M2", 1, false);
    Sheet last = of_message(sheet(3, 1, 100, 130), "M2", 7, true);
    last.credits_minor = 0;
    EXPECT_EQ(gaps(place_among({first, last}, 2)), "");
}

TEST(Pages, with_one_number_every_day_or_every_year_stay_apart) {
    const std::vector<Sheet> daily{numbered(sheet(1, 0, 0, 5), 1, 1),
                                   numbered(sheet(2, 1, 5, 9), 1, 1)};
    EXPECT_EQ(gaps(place_among(daily, 2)), "");
    EXPECT_EQ(place_among(daily, 2).pages.size(), 1U);
    const std::vector<Sheet> yearly{numbered(sheet(1, 0, 50, 60), 1, 1),
                                    numbered(sheet(2, 365, 60, 70), 1, 1)};
    EXPECT_EQ(gaps(place_among(yearly, 2)), "");
    EXPECT_EQ(place_among(yearly, 2).pages.size(), 1U);
}

TEST(Pages, statements_that_do_not_follow_are_found_behind_pages) {
    const std::vector<Sheet> all{numbered(between(sheet(9, 1, 0, 5), false, true), 7, 1),
                                 numbered(between(sheet(2, 1, 5, 8), true, false), 7, 2),
                                 numbered(sheet(3, 2, 12, 20), 10, 1)};
    EXPECT_EQ(gaps(place_among(all, 3)), " missing 8-9 opening 4");
    EXPECT_EQ(place_among(all, 3).previous, StatementId{2});
}

// A month as its bank would write it: 1 to 12 pages a day, in one of the ways that banks have.
std::vector<Sheet> month(std::mt19937_64& rng, int way) {
    std::vector<Sheet> all;
    std::int64_t balance = 1000;
    for (int on = 0; on < 31; ++on) {
        const auto pages = static_cast<int>(rng() % 12) + 1;
        const std::int64_t opening_of_day = balance;
        std::vector<std::int64_t> steps;
        for (int page = 0; page < pages; ++page)
            steps.push_back(static_cast<std::int64_t>(rng() % 7) - 3); // returns to old balances
        std::int64_t closing_of_day = balance;
        for (const std::int64_t step : steps)
            closing_of_day += step;
        for (int page = 0; page < pages; ++page) {
            const std::int64_t step = steps[static_cast<std::size_t>(page)];
            Sheet s = sheet(static_cast<std::int64_t>(all.size()) + 1, on, balance, balance + step);
            const bool is_last = page + 1 == pages;
            if (way == 0) { // MT940: 28C with pages, interim balances
                s = between(numbered(s, on + 1, page + 1), page > 0, !is_last);
            } else if (way == 1) { // final balances on every page
                s = numbered(s, on + 1, page + 1);
            } else { // camt: the day's balances on every page
                s.opening = opening_of_day;
                s.closing = closing_of_day;
                if (pages > 1)
                    s = of_message(s, fmt::format("M{}", on), page + 1, is_last);
                s.sequence = on + 1;
            }
            balance += step;
            all.push_back(s);
        }
    }
    return all;
}

// What the store would give place_of().
std::vector<Sheet> around(const std::vector<Sheet>& all, const Sheet& own) {
    Instant from{0};
    Instant to{std::numeric_limits<std::int64_t>::max()};
    for (const Sheet& s : all) {
        if (s.to < own.from)
            from = std::max(from, s.to);
        if (own.to < s.to)
            to = std::min(to, s.to);
    }
    std::vector<Sheet> some;
    for (const Sheet& s : all)
        if (!(s.to < from) && !(to < s.to))
            some.push_back(s);
    return some;
}

TEST(Pages, of_a_month_in_any_order_leave_no_gap_and_each_day_is_asked_for_once) {
    std::uint64_t seed = std::random_device{}();
    if (const char* given = std::getenv("SETTLED_SEED"))
        seed = std::strtoull(given, nullptr, 10);
    SCOPED_TRACE(fmt::format("SETTLED_SEED={}", seed));
    std::mt19937_64 rng(seed);
    for (int round = 0; round < 12; ++round) {
        std::vector<Sheet> all = month(rng, round % 3);
        std::ranges::shuffle(all, rng);
        for (std::size_t i = 0; i < all.size(); ++i) // ids as imported
            all[i].id = StatementId{static_cast<std::int64_t>(i) + 1};
        std::map<std::int64_t, int> asked; // by day
        for (const Sheet& own : all) {
            const Place place = place_of(own, around(all, own));
            ASSERT_EQ(gaps(place), "") << "round " << round << " id " << own.id.value;
            asked[own.to.us] += is_asked(place) ? 1 : 0;
            std::vector<Sheet> again = around(all, own);
            std::ranges::shuffle(again, rng);
            EXPECT_EQ(place_of(own, again).pages, place.pages);
        }
        ASSERT_EQ(asked.size(), 31U);
        for (const auto& [on, times] : asked) {
            const bool is_weekend_day = is_weekend({on});
            EXPECT_TRUE(times == 1 || (is_weekend_day && times == 0))
                << "round " << round << " " << on;
        }
    }
}

} // namespace
} // namespace settled::statements
