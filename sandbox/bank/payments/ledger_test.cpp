#include "sandbox/bank/payments/ledger.h"

#include "sandbox/bounds.h"

#include <gtest/gtest.h>

namespace settled::sandbox {
namespace {

constexpr Instant now{1'000'000};

Booking booking(const std::string& id, Side side, std::int64_t minor,
                const std::string& request_id) {
    Booking made;
    made.transaction_id = id;
    made.end_to_end_id = "e-" + id;
    made.side = side;
    made.amount = {minor, *Currency::parse("GBP")};
    made.request_id = request_id;
    return made;
}

std::uint64_t count(const Ledger& ledger, Side side, BookingState state) {
    return ledger.summary()
        .tallies[0][static_cast<std::size_t>(side)][static_cast<std::size_t>(state)]
        .count;
}

TEST(LedgerTest, a_debit_takes_funds_until_it_is_rejected) {
    Ledger ledger;
    ledger.set_balance(1000);
    Booking& paid = **ledger.book(booking("a", Side::debit, 300, "r"));
    EXPECT_EQ(ledger.balance_minor(), 700);
    ledger.move(paid, BookingState::held, now);
    ledger.move(paid, BookingState::settled, now);
    EXPECT_EQ(ledger.balance_minor(), 700);
    EXPECT_EQ(paid.settled, now);
    ledger.move(paid, BookingState::returned, now); // the money comes as a credit of its own
    EXPECT_EQ(ledger.balance_minor(), 700);
    Booking& refused = **ledger.book(booking("b", Side::debit, 300, "r"));
    ledger.move(refused, BookingState::rejected, now);
    EXPECT_EQ(ledger.balance_minor(), 700);
}

TEST(LedgerTest, a_credit_adds_funds_when_it_settles) {
    Ledger ledger;
    ledger.set_balance(0);
    Booking& credit = **ledger.book(booking("a", Side::credit, 300, ""));
    EXPECT_EQ(ledger.balance_minor(), 0);
    ledger.move(credit, BookingState::settled, now);
    ledger.move(credit, BookingState::returned, now);
    EXPECT_EQ(ledger.balance_minor(), 300);
}

TEST(LedgerTest, both_legs_of_a_transfer_are_found_under_one_id) {
    Ledger ledger;
    ASSERT_TRUE(ledger.book(booking("a", Side::debit, 300, "r")));
    ASSERT_TRUE(ledger.book(booking("a", Side::credit, 300, "r")));
    EXPECT_EQ(ledger.find("a", Side::debit)->number, 1);
    EXPECT_EQ(ledger.find("a", Side::credit)->number, 2);
    EXPECT_EQ(ledger.payment_out("e-a")->number, 1);
    EXPECT_EQ(ledger.payment_out("a")->number, 1);
    EXPECT_EQ(ledger.find("b", Side::debit), nullptr);
}

// Were the bank's check missing, the summary would say so.
TEST(LedgerTest, counts_what_was_booked_twice) {
    Ledger ledger;
    for (const char* id : {"a", "b", "c"}) {
        Booking made = booking(id, Side::debit, 300, "r");
        made.end_to_end_id = "same";
        made.counterpart = "GB29NWBK60161331926819";
        made.reference = std::string(id) == "c" ? "other" : "Loan 7";
        ASSERT_TRUE(ledger.book(std::move(made)));
    }
    EXPECT_EQ(ledger.summary().duplicates, 1U);
    EXPECT_EQ(ledger.summary().similar, 1U);
    EXPECT_TRUE(ledger.take_end_to_end_id("x"));
    EXPECT_FALSE(ledger.take_end_to_end_id("x"));
    EXPECT_EQ(ledger.summary().duplicates_refused, 1U);
}

TEST(LedgerTest, forgets_the_oldest_from_outside_and_counts_them_still) {
    Ledger ledger;
    ASSERT_TRUE(ledger.book(booking("ours", Side::debit, 1, "r")));
    const std::size_t more = 3;
    for (std::size_t i = 0; i < bounds::ledger_inbound_kept_max + more; ++i) {
        Booking made = booking(std::to_string(i), Side::credit, 1, "");
        made.end_to_end_id = i < 2 ? "same" : "e-" + std::to_string(i);
        ASSERT_TRUE(ledger.book(std::move(made)));
    }
    EXPECT_EQ(ledger.summary().forgotten, more);
    EXPECT_EQ(ledger.find("0", Side::credit), nullptr);
    EXPECT_EQ(ledger.find("2", Side::credit), nullptr);
    EXPECT_NE(ledger.find("3", Side::credit), nullptr);
    EXPECT_NE(ledger.payment_out("ours"), nullptr);
    EXPECT_EQ(count(ledger, Side::credit, BookingState::accepted),
              bounds::ledger_inbound_kept_max + more);
    std::size_t seen = 0;
    ledger.each("same", [&](const Booking&) { return ++seen > 0; });
    EXPECT_EQ(seen, 0U);
}

TEST(LedgerTest, shows_the_newest_first) {
    Ledger ledger;
    for (int i = 0; i < 4; ++i) {
        Booking made = booking(std::to_string(i), Side::credit, 1, "");
        made.end_to_end_id = i % 2 == 0 ? "even" : "odd";
        ASSERT_TRUE(ledger.book(std::move(made)));
    }
    std::string order;
    ledger.each(std::nullopt, [&](const Booking& seen) {
        order += seen.transaction_id;
        return order.size() < 3;
    });
    EXPECT_EQ(order, "321");
    order.clear();
    ledger.each("even", [&](const Booking& seen) {
        order += seen.transaction_id;
        return true;
    });
    EXPECT_EQ(order, "20");
}

} // namespace
} // namespace settled::sandbox
