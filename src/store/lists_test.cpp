// Lists with a filter: each status is searched by itself, and the answer is still one list.
#include "store/queries/money/payments.h"
#include "store/queries/money/settlements.h"
#include "store/queries/tasks.h"
#include "store/testing.h"

#include <gtest/gtest.h>

namespace settled::store {
namespace {

using testing::must;
using testing::read;
using testing::write;

constexpr TenantId tenant{1};

struct Lists : ::testing::Test {
    testing::TemporaryDirectory directory;
    std::unique_ptr<Store> store = testing::open_store(directory.path());

    // Sixty of each, of two accounts, going through the statuses.
    void SetUp() override {
        must(write<void>(*store, [](Session& s) { return fill(s); }));
    }
    static Step<> fill(Session& s) {
        const Money money{100, Currency::parse("GBP").value()};
        for (int i = 1; i <= 60; ++i) {
            const std::string account = i % 2 == 0 ? "even" : "odd";
            domain::Payment payment;
            payment.id = PaymentId{i};
            payment.client_id = std::to_string(i);
            payment.amount = payment.identity.amount = money;
            payment.identity.account = account;
            payment.status = static_cast<domain::PaymentStatus>(i % 6);
            co_await insert_payment(s, tenant, payment, {});
            domain::Settlement settlement;
            settlement.id = SettlementId{i};
            settlement.amount = settlement.identity.amount = money;
            settlement.identity.account = account;
            settlement.status = static_cast<domain::SettlementStatus>(i % 5);
            co_await insert_settlement(s, tenant, settlement);
            co_await insert_task(s, tenant, TaskId{i}, task_delivery, i, i % 3, {}, {});
            (void)co_await update_task(s, tenant, TaskId{i}, static_cast<domain::TaskStatus>(i % 4),
                                       0, {}, {});
        }
    }
    template <class T>
    static std::vector<std::int64_t> ids_of(const std::vector<T>& rows) {
        std::vector<std::int64_t> ids;
        for (const T& row : rows)
            ids.push_back(row.id.value);
        return ids;
    }
    std::vector<std::int64_t> payments(const PaymentFilter& filter, std::int64_t before,
                                       std::size_t limit) {
        return ids_of(must(read<std::vector<domain::Payment>>(
            *store, [=](Session& s) { return list_payments(s, tenant, filter, before, limit); })));
    }
    std::vector<std::int64_t> settlements(const SettlementFilter& filter, std::int64_t before,
                                          std::size_t limit) {
        return ids_of(must(read<std::vector<domain::Settlement>>(*store, [=](Session& s) {
            return list_settlements(s, tenant, filter, before, limit);
        })));
    }
    std::vector<std::int64_t> deliveries(const DeliveryFilter& filter, std::int64_t before,
                                         std::size_t limit) {
        return ids_of(must(read<std::vector<TaskRow>>(*store, [=](Session& s) {
            return list_deliveries(s, tenant, filter, before, limit);
        })));
    }
};

using Ids = std::vector<std::int64_t>;

TEST_F(Lists, are_newest_first_below_a_cursor_whatever_the_filter) {
    EXPECT_EQ(payments({}, 1000, 3), (Ids{60, 59, 58}));
    EXPECT_EQ(payments({"settled", ""}, 50, 3), (Ids{49, 43, 37})) << "1, 7, 13, …";
    EXPECT_EQ(payments({"", "odd"}, 50, 4), (Ids{49, 47, 45, 43}));
    EXPECT_EQ(payments({"settled", "odd"}, 50, 2), (Ids{49, 43}));
    EXPECT_EQ(payments({"settled", "even"}, 50, 2), Ids{});

    EXPECT_EQ(settlements({}, 1000, 3), (Ids{60, 59, 58}));
    EXPECT_EQ(settlements({"matched", ""}, 50, 3), (Ids{46, 41, 36}));
    EXPECT_EQ(settlements({"", "even"}, 50, 4), (Ids{48, 46, 44, 42}));
    EXPECT_EQ(settlements({"matched", "even"}, 50, 2), (Ids{46, 36}));

    EXPECT_EQ(deliveries({}, 1000, 4), (Ids{59, 58, 56, 55})) << "what has no lane is none";
    EXPECT_EQ(deliveries({"dead", 0, 0}, 50, 2), (Ids{46, 38}));
    EXPECT_EQ(deliveries({"", 1, 0}, 50, 3), (Ids{49, 46, 43}));
    EXPECT_EQ(deliveries({"dead", 1, 0}, 50, 2), (Ids{46, 34}));
    EXPECT_EQ(deliveries({"", 0, 49}, 100, 9), Ids{49});
}

TEST_F(Lists, of_open_payments_go_through_all_statuses_that_are_open) {
    const auto walked = [&](std::int64_t after, std::size_t limit) {
        return ids_of(must(read<std::vector<domain::Payment>>(
            *store, [=](Session& s) { return walk_open_payments(s, tenant, after, 30, limit); })));
    };
    EXPECT_EQ(walked(0, 4), (Ids{2, 3, 6, 8})) << "partially settled, overdue, expected";
    EXPECT_EQ(walked(24, 100), (Ids{26, 27, 30}));
}

} // namespace
} // namespace settled::store
