// Sums of money, on a real store of either engine.
#include "store/figures.h"
#include "store/money_sums.h"
#include "store/test_units.h"
#include "store/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace settled::store {
namespace {

using ::testing::ElementsAre;
using ::testing::FieldsAre;
using ::testing::IsEmpty;
using testing::must;
using testing::read;
using testing::write;

constexpr TenantId tenant{1};
constexpr std::int64_t second_us = 1'000'000;
constexpr Instant noon{1'795'694'400 * second_us};

Money gbp(std::int64_t minor) {
    return {minor, Currency::parse("GBP").value()};
}

struct MoneySums : ::testing::Test {
    testing::TemporaryDirectory directory;
    std::unique_ptr<Store> store = testing::open_store(directory.path());

    static Step<> count(Session& s, std::vector<MoneyItem> items) {
        for (const MoneyItem& item : items)
            count_money(s, item);
        co_return;
    }
    static Step<> count_and_break(Session& s, MoneyItem item) {
        count_money(s, item);
        co_await add_items(s, {7, 7});
    }
    void change(const std::vector<MoneyItem>& items) {
        must(write<void>(*store, [&](Session& s) { return count(s, items); }));
    }
    std::vector<MoneyCount> open(MoneyPart part) {
        return must(
            read<OpenMoney>(*store, [](Session& s) { return read_open_money(s, tenant); }))[part];
    }
    std::vector<MoneyCount> settled(Received received) {
        return must(read<std::vector<MoneyCount>>(
            *store, [=](Session& s) { return read_settled_money(s, tenant, received); }));
    }
};

TEST_F(MoneySums, count_what_came_and_did_not_go_by_currency) {
    const Money yen{7, Currency::parse("JPY").value()};
    change({{tenant, MoneyPart::expected, gbp(500)}, {tenant, MoneyPart::expected, yen}});
    change({{tenant, MoneyPart::expected, gbp(250)}, {tenant, MoneyPart::overdue, gbp(1)}});
    change({{tenant, MoneyPart::expected, gbp(500), false}});
    EXPECT_THAT(open(MoneyPart::expected), ElementsAre(FieldsAre(gbp(250), 1), FieldsAre(yen, 1)));
    EXPECT_THAT(open(MoneyPart::overdue), ElementsAre(FieldsAre(gbp(1), 1)));
    change({{tenant, MoneyPart::expected, gbp(250), false}});
    EXPECT_THAT(open(MoneyPart::expected), ElementsAre(FieldsAre(yen, 1)))
        << "no currency of which nothing is there";
}

TEST_F(MoneySums, of_a_unit_that_failed_are_not_kept) {
    const MoneyItem item{tenant, MoneyPart::unmatched, gbp(500)};
    EXPECT_FALSE(
        write<void>(*store, [=](Session& s) { return count_and_break(s, item); }).has_value());
    EXPECT_THAT(open(MoneyPart::unmatched), IsEmpty());
}

TEST_F(MoneySums, hold_more_than_an_amount_can_and_say_the_largest_then) {
    constexpr std::int64_t large = 999'999'999'999'999'999;
    for (int i = 0; i < 9; ++i)
        change({{tenant, MoneyPart::in_review, gbp(large)}});
    EXPECT_THAT(open(MoneyPart::in_review), ElementsAre(FieldsAre(gbp(9 * large), 9)));
    change({{tenant, MoneyPart::in_review, gbp(large)}});
    EXPECT_THAT(open(MoneyPart::in_review),
                ElementsAre(FieldsAre(gbp(std::numeric_limits<std::int64_t>::max()), 10)));
    change({{tenant, MoneyPart::in_review, gbp(large), false}});
    EXPECT_THAT(open(MoneyPart::in_review), ElementsAre(FieldsAre(gbp(9 * large), 9)));
}

TEST_F(MoneySums, of_what_is_settled_are_by_when_it_was_received) {
    for (const int minute : {0, 1, 59, 60})
        change({{tenant, MoneyPart::settled, gbp(minute + 1), true,
                 noon + std::chrono::minutes(minute)}});
    const auto after = [](int minutes) { return noon + std::chrono::minutes(minutes); };
    EXPECT_THAT(settled({noon, after(2), minute_row}), ElementsAre(FieldsAre(gbp(3), 2)));
    EXPECT_THAT(settled({noon, after(60), hour_row}), ElementsAre(FieldsAre(gbp(63), 3)));
    EXPECT_THAT(settled({after(120), after(180), hour_row}), IsEmpty());
    change({{tenant, MoneyPart::settled, gbp(60), false, after(59)}}); // it was sent back
    EXPECT_THAT(settled({noon, after(60), minute_row}), ElementsAre(FieldsAre(gbp(3), 2)));
    EXPECT_THAT(settled({noon, after(60), hour_row}), ElementsAre(FieldsAre(gbp(3), 2)));
}

TEST_F(MoneySums, of_old_minutes_are_dropped_and_those_of_hours_and_of_now_stay) {
    change({{tenant, MoneyPart::expected, gbp(1)}});
    for (int minute = 0; minute < 5; ++minute)
        change({{tenant, MoneyPart::settled, gbp(1), true, noon + std::chrono::minutes(minute)}});
    Bitten bitten{0, true};
    std::int64_t dropped = 0;
    while (bitten.more) {
        bitten = must(write<Bitten>(*store, [](Session& s) {
            return drop_old_money_sums(s, minute_row, noon + std::chrono::minutes(3), {2, 1'000});
        }));
        EXPECT_LE(bitten.rows, 2);
        dropped += bitten.rows;
    }
    EXPECT_EQ(dropped, 3);
    const Instant end = noon + std::chrono::hours(1);
    EXPECT_THAT(settled({noon, end, minute_row}), ElementsAre(FieldsAre(gbp(2), 2)));
    EXPECT_THAT(settled({noon, end, hour_row}), ElementsAre(FieldsAre(gbp(5), 5)));
    EXPECT_THAT(open(MoneyPart::expected), ElementsAre(FieldsAre(gbp(1), 1)));
}

} // namespace
} // namespace settled::store
