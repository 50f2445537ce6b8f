#include "units/statements/statement_reconciliation.h"

#include "statements/text.h"
#include "store/queries/money/statements.h"
#include "units/testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using store::Session;
using store::StatementRow;
using store::Step;
using testing::World;

constexpr int entries = static_cast<int>(pairings_of_unit) * 2 + 50;

store::EntryRow entry_of(int number, Instant day) {
    store::EntryRow row;
    row.number = number;
    row.entry.booked = row.entry.value = day;
    row.entry.credit = true;
    row.entry.amount = testing::gbp(number);
    row.entry.end_to_end_id = fmt::format("E2E-{}", number);
    row.verdict = store::verdict_pending;
    return row;
}

Step<> insert_loaded(Session& s, const StatementRow& row) {
    const bool is_new = co_await store::insert_statement(s, World::tenant, row);
    EXPECT_TRUE(is_new);
    StatementRow after = row;
    after.loaded = after.loaded_credits = row.credits.count;
    after.loaded_credits_minor = row.credits.minor;
    (void)co_await store::count_entries(s, World::tenant, row, after);
    for (int i = 1; i <= entries; ++i)
        co_await store::insert_entry(s, World::tenant, row.id, entry_of(i, row.to));
}

// A statement of a day, with settlements for its entries; each has its own amount.
class LongStatement : public World {
  public:
    LongStatement() {
        for (int i = 1; i <= entries; ++i)
            settle(fmt::format("t-{}", i), i, "", fmt::format("E2E-{}", i));
        StatementRow row;
        row.id = new_id<StatementId>();
        row.kind = "statement";
        row.format = "camt.053";
        row.account = iban_of_shop_text();
        row.account_key = account_key(row.account);
        row.currency = Currency::parse("GBP").value();
        row.from = row.to = statements::day_of(now());
        row.credits = {entries, entries * (entries + 1) / 2};
        row.digest = Bytes(32, 1);
        row.status = store::statement_loading;
        row.created_at = now();
        write<void>([&](Session& s) { return insert_loaded(s, row); });
        id = row.id;
    }
    std::shared_ptr<const ReconciliationStep> plan() {
        return std::make_shared<const ReconciliationStep>(
            read<Result<ReconciliationStep>>([&](Session& s) {
                return plan_reconciliation(s, tenant, statement(), now());
            }).value());
    }
    WrittenPairings write_one(std::shared_ptr<const ReconciliationStep> step, std::size_t first) {
        return write<WrittenPairings>(
            [&](Session& s) { return write_pairings(s, tenant, step, first); });
    }
    void write_all(const std::shared_ptr<const ReconciliationStep>& step) {
        for (std::optional<std::size_t> next = 0; next;)
            next = write_one(step, *next).next;
    }
    void reconcile() {
        while (statement().status != store::statement_reconciled)
            write_all(plan());
    }
    StatementRow statement() {
        return read<std::optional<StatementRow>>(
                   [&](Session& s) { return store::find_statement(s, tenant, id); })
            .value();
    }
    std::size_t count(std::string verdict) {
        return read<std::vector<store::EntryRow>>([&](Session& s) {
                   return store::list_entries(s, tenant, id, Currency::parse("GBP").value(),
                                              verdict, 0, 10'000);
               })
            .size();
    }

    StatementId id;

  private:
    static std::string iban_of_shop_text() { return std::string(testing::iban_of_shop); }
};

TEST(Reconciliation, is_written_in_units_of_a_few_milliseconds_and_moves_on_with_the_last) {
    LongStatement world;
    const auto step = world.plan();
    ASSERT_EQ(step->pairings.size(), std::size_t{entries});
    const WrittenPairings first = world.write_one(step, 0);
    EXPECT_EQ(first.next, pairings_of_unit);
    EXPECT_EQ(world.count("linked"), pairings_of_unit);
    EXPECT_EQ(first.row.status, store::statement_loading);
    world.write_all(step);
    EXPECT_EQ(world.count("linked"), std::size_t{entries});
    EXPECT_EQ(world.statement().status, store::statement_reconciling);
    world.reconcile();
    EXPECT_EQ(world.statement().examined, entries);
}

TEST(Reconciliation, ends_the_same_after_a_crash_that_left_it_half_written) {
    LongStatement world;
    (void)world.write_one(world.plan(), 0);
    world.reconcile(); // planned again, after the start
    EXPECT_EQ(world.count("linked"), std::size_t{entries});
    EXPECT_EQ(world.statement().examined, entries);
}

TEST(Reconciliation, writes_nothing_more_once_another_was_faster) {
    LongStatement world;
    const auto slow = world.plan();
    const auto next = world.write_one(slow, 0).next;
    ASSERT_TRUE(next.has_value());
    world.reconcile();
    const WrittenPairings late = world.write_one(slow, *next);
    EXPECT_EQ(late.next, std::nullopt);
    EXPECT_EQ(late.row.status, store::statement_reconciled);
}

} // namespace
} // namespace settled::units
