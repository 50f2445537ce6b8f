// What a person may decide about an order.
#include "units/orders/bank_world.h"
#include "units/orders/silence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using domain::OrderStatus;
using testing::BankWorld;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::play_silence;
using Kind = testing::Kind;
using namespace std::chrono_literals;

TEST(Orders, in_doubt_are_for_a_person_to_decide_when_the_bank_shows_another_amount) {
    BankWorld world;
    auto other = world.order("payout-1");
    other.amount.minor += 1;
    world.lose(world.take_one());
    play_silence(world, [&] { return BankWorld::shown_debit(other, "tx-9"); });
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::needs_review);
    EXPECT_THAT(world.review_kinds(),
                ::testing::UnorderedElementsAre("order_contradiction", "order_unresolved"));
}

// Signatures are refused and questions answered, until the key is put right.
TEST(Orders, are_not_ruled_never_paid_while_their_call_may_still_be_sent) {
    BankWorld world;
    const auto order = world.order("payout-1");
    world.lose(world.take_one());
    for (int i = 0; i < 400 && world.status_of("payout-1") == OrderStatus::in_doubt; ++i) {
        world.pass(61s);
        for (const CallToSend& call : world.take())
            if (call.request.purpose == domain::CallPurpose::pay)
                world.reply(call, 400, R"({"title":"Invalid DigitalSignature Header"})");
            else
                world.reply(call, 200, R"({"transactions":[]})");
    }
    ASSERT_EQ(world.status_of("payout-1"), OrderStatus::needs_review);
    const auto rule = [&] {
        return world.write<Result<OrderAnswer>>([&](store::Session& s) {
            return rule_on_order(s, world.context(),
                                 {.tenant = BankWorld::tenant,
                                  .order = order.id,
                                  .ruling = OrderRuling::never_paid,
                                  .reason = "the bank's support, case 4711",
                                  .actor = "ann",
                                  .now = world.now()});
        });
    };
    const auto early = rule();
    ASSERT_FALSE(early) << "the payment would be made after it";
    EXPECT_EQ(early.error().code, Code::state_conflict);
    world.pass(61s);
    for (const CallToSend& call : world.take())
        if (call.request.purpose == domain::CallPurpose::pay)
            world.reply(call, 409, R"({"status": 409})");
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::needs_review);
    EXPECT_TRUE(rule());
    EXPECT_EQ(world.status_of("payout-1"), OrderStatus::rejected);
}

// Another reviewer has asked the bank, and its answer may be that the order is paid.
TEST(Orders, are_not_ruled_never_paid_while_the_bank_is_being_asked) {
    using domain::CallPurpose;
    for (const OrderRuling asks : {OrderRuling::ask_again, OrderRuling::settled}) {
        BankWorld world;
        const auto order = world.order("payout-1");
        world.lose(world.take_one());
        play_silence(world, [] { return std::string(R"({"transactions":[]})"); });
        ASSERT_EQ(world.status_of("payout-1"), OrderStatus::needs_review);
        const auto rule = [&](OrderRuling ruling) {
            return world.write<Result<OrderAnswer>>([&](store::Session& s) {
                return rule_on_order(s, world.context(),
                                     {.tenant = BankWorld::tenant,
                                      .order = order.id,
                                      .ruling = ruling,
                                      .transaction_id = "tx-1",
                                      .reason = "the bank's support, case 4711",
                                      .actor = "ann",
                                      .now = world.now()});
            });
        };
        ASSERT_TRUE(rule(asks));
        const auto early = rule(OrderRuling::never_paid);
        ASSERT_FALSE(early) << "the bank's answer is open";
        EXPECT_EQ(early.error().code, Code::state_conflict);
        for (const CallToSend& call : world.take())
            world.reply(call, call.request.purpose == CallPurpose::find_transaction ? 404 : 200,
                        R"({"transactions":[]})");
        world.pass(61s);
        for (const CallToSend& call : world.take())
            world.reply(call, 200, R"({"transactions":[]})");
        if (asks == OrderRuling::ask_again)
            EXPECT_TRUE(rule(OrderRuling::never_paid));
    }
}

} // namespace
} // namespace settled::units
