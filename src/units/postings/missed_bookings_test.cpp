// Bookings that no webhook has reported are found, and paid once.
#include "units/postings/booking_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::CallPurpose;
using domain::OrderStatus;
using testing::BankWorld;
using testing::BookingWorld;
using ::testing::Contains;
using testing::CoreModel;
using ::testing::ElementsAre;
using testing::Fate;
using ::testing::IsEmpty;
using testing::LoanWorld;
using Kind = testing::Kind;
using namespace std::chrono_literals;

TEST(CatchUp, pays_what_no_webhook_has_reported_once_the_bank_was_asked) {
    BookingWorld world;
    const std::string reported = world.booked("50.00");
    const auto missed = world.mambu().book("LN-1", "100.00", world.now());
    world.mambu().book("LN-1", "70.00", Instant{world.now().us - 3'600'000'000}); // too old
    world.pass(60s);
    world.write<void>([&](store::Session& s) {
        return catch_up_bookings(s, {world.context(), LoanWorld::tenant, world.now()},
                                 LoanWorld::core, Instant{0});
    });
    world.run_core();
    EXPECT_EQ(world.orders().size(), 1U) << "the bank is asked first";
    auto calls = world.take();
    std::erase_if(calls, [](const CallToSend& call) {
        return call.request.purpose != CallPurpose::find_transactions;
    });
    ASSERT_EQ(calls.size(), 1U);
    world.reply(calls[0], 200, R"({"transactions":[]})");
    world.run_core();
    ASSERT_EQ(world.orders().size(), 2U);
    EXPECT_EQ(world.orders()[1].end_to_end_id, missed.key);
    EXPECT_EQ(world.orders()[1].status, OrderStatus::queued);
    EXPECT_NE(reported, missed.key);
}

// Times of Mambu have whole seconds: a booking of the connector's first second looks older than it is.
TEST(CatchUp, finds_a_booking_of_the_second_in_which_the_connector_was_added) {
    BookingWorld world;
    const Instant added = world.now() - 1s; // see LoanWorld
    const auto missed = world.mambu().book("LN-1", "100.00", added - 500ms);
    world.pass(60s);
    world.write<void>([&](store::Session& s) {
        return catch_up_bookings(s, {world.context(), LoanWorld::tenant, world.now()},
                                 LoanWorld::core, Instant{0});
    });
    world.run_core();
    world.reply(world.take_one(), 200, R"({"transactions":[]})");
    world.run_core();
    ASSERT_EQ(world.orders().size(), 1U);
    EXPECT_EQ(world.orders()[0].end_to_end_id, missed.key);
}

// A core banking system that is down at the start is searched once it is back, however often the server was started.
TEST(CatchUp, is_asked_again_until_the_search_is_answered) {
    BookingWorld world;
    const auto missed = world.mambu().book("LN-1", "100.00", world.now());
    const auto start = [&] {
        world.write<void>([&](store::Session& s) {
            return catch_up_bookings(s, {world.context(), LoanWorld::tenant, world.now()},
                                     LoanWorld::core, Instant{0});
        });
    };
    const auto is_down = [](const CallToSend&) { return Fate::lost_before; };
    world.pass(60s);
    start();
    world.pass(7s);
    start(); // the server is started again
    for (int minute = 0; minute < 120; ++minute) {
        (void)world.run_core(is_down);
        world.pass(1min);
    }
    world.pass(15min);
    const int searches = world.run_core();
    EXPECT_EQ(searches, 2) << "one for each channel";
    const auto asked = world.take_one();
    EXPECT_EQ(asked.request.purpose, CallPurpose::find_transactions);
    world.reply(asked, 200, R"({"transactions":[]})");
    world.run_core();
    ASSERT_EQ(world.orders().size(), 1U);
    EXPECT_EQ(world.orders()[0].end_to_end_id, missed.key);
    world.pass(24h);
    EXPECT_EQ(world.run_core(), 0) << "an answered search is over";
}

// No booking that a search has found is paid before the bank was asked, also where a reviewer wants it tried again.
TEST(CatchUp, asks_the_bank_until_it_answers_whether_a_booking_was_paid) {
    BookingWorld world;
    const auto missed = world.mambu().book("LN-1", "100.00", world.now());
    world.pass(60s);
    world.write<void>([&](store::Session& s) {
        return catch_up_bookings(s, {world.context(), LoanWorld::tenant, world.now()},
                                 LoanWorld::core, Instant{0});
    });
    world.run_core();
    const auto lose_questions = [&](std::chrono::minutes time) {
        for (std::chrono::minutes passed{0}; passed < time; passed += 1min) {
            for (const CallToSend& call : world.take())
                world.lose(call);
            world.pass(60s);
        }
    };
    lose_questions(30min);
    EXPECT_THAT(world.review_kinds(), IsEmpty()) << "it is asked again";
    lose_questions(std::chrono::minutes(12 * 60));
    EXPECT_THAT(world.review_kinds(), ElementsAre("booking_not_payable"));
    const auto review = world.reviews()[0];
    const auto ruled = world.write<Result<>>([&](store::Session& s) {
        return rule_on_booking(s, {world.context(), LoanWorld::tenant, world.now()},
                               BookingId{review.subject_id}, BookingRuling::try_again);
    });
    ASSERT_TRUE(ruled.has_value()) << ruled.error().detail;
    world.run_core();
    EXPECT_THAT(world.orders(), IsEmpty());
    const auto asked = world.take_one();
    EXPECT_EQ(asked.request.purpose, CallPurpose::find_transactions);
    EXPECT_THAT(asked.request.target, ::testing::HasSubstr(missed.key));
    world.reply(asked, 200, R"({"transactions":[]})");
    world.run_core();
    ASSERT_EQ(world.orders().size(), 1U);
    EXPECT_EQ(world.orders()[0].end_to_end_id, missed.key);
}

TEST(CatchUp, does_not_pay_what_the_bank_shows_as_paid) {
    BookingWorld world;
    const auto missed = world.mambu().book("LN-1", "100.00", world.now());
    world.pass(60s);
    world.write<void>([&](store::Session& s) {
        return catch_up_bookings(s, {world.context(), LoanWorld::tenant, world.now()},
                                 LoanWorld::core, Instant{0});
    });
    world.run_core();
    domain::Order shown;
    shown.end_to_end_id = missed.key;
    shown.amount = testing::gbp(10'000);
    world.reply(world.take_one(), 200, BankWorld::shown_debit(shown, "TX-7"));
    world.run_core();
    ASSERT_EQ(world.orders().size(), 1U);
    EXPECT_EQ(world.orders()[0].status, OrderStatus::in_doubt);
    world.pass(10min);
    const auto query = world.take_one();
    EXPECT_EQ(query.request.purpose, CallPurpose::find_transactions);
    world.reply(query, 200, BankWorld::shown_debit(world.orders()[0], "TX-7"));
    EXPECT_EQ(world.orders()[0].status, OrderStatus::settled);
    world.run_core();
    EXPECT_EQ(world.mambu().find(missed.key)->fields["transactionStatus"], "Settled");
}

} // namespace
} // namespace settled::units
