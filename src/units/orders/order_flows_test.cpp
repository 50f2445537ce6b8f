// Every order in which the bank's replies and webhooks can come, each webhook doubled.
#include "units/orders/bank_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <tuple>

namespace settled::units {
namespace {

using domain::OrderStatus;
using testing::BankWorld;
using ::testing::IsEmpty;
using Kind = testing::Kind;
using namespace std::chrono_literals;

// One thing that the bank does about an order: it replies to the call that is due, or sends a
// webhook.
struct BankAct {
    std::string name;
    std::function<void(BankWorld&, const domain::Order&, const CallToSend&)> play;
    bool is_reply = false;
};

BankAct takes_it() {
    return {"202",
            [](BankWorld& world, const domain::Order& order, const CallToSend& call) {
                world.reply(call, 202,
                            order.scheme == "chaps" ? std::string(R"({"paymentId":"p-1"})")
                                                    : BankWorld::accepted({order.end_to_end_id}));
            },
            true};
}
BankAct settles() {
    return {"settled", [](BankWorld& world, const domain::Order& order, const CallToSend&) {
                world.tell("settled", world.debit(order, "tx-1"));
            }};
}
BankAct holds() {
    return {"held", [](BankWorld& world, const domain::Order& order, const CallToSend&) {
                world.tell("held", BankWorld::outcome(order, Kind::held));
            }};
}
BankAct rejects(std::string_view code) {
    return {"rejected", [code](BankWorld& world, const domain::Order& order, const CallToSend&) {
                world.tell("rejected", BankWorld::outcome(order, Kind::rejected, code));
            }};
}
BankAct gives_back() {
    return {"returned", [](BankWorld& world, const domain::Order& order, const CallToSend&) {
                world.tell("returned", world.given_back(order, "tx-2"));
            }};
}
BankAct finds_a_duplicate() {
    return {"duplicate", [](BankWorld& world, const domain::Order& order, const CallToSend&) {
                world.tell("duplicate", BankWorld::outcome(order, Kind::duplicate));
            }};
}
// The reply is lost; the repeat finds that the bank has received it.
BankAct loses_the_reply() {
    return {"lost, then 409",
            [](BankWorld& world, const domain::Order&, const CallToSend& first) {
                world.lose(first);
                world.pass(2s);
                for (const CallToSend& call : world.take())
                    if (call.request.purpose == domain::CallPurpose::pay)
                        world.reply(call, 409, R"({"status": 409})");
            },
            true};
}

struct Flow {
    std::string name;
    std::vector<BankAct> acts;
    OrderStatus ends;
};

std::vector<Flow> flows() {
    return {
        {"is taken", {takes_it()}, OrderStatus::submitted},
        {"settles", {takes_it(), settles()}, OrderStatus::settled},
        {"is held and settles", {takes_it(), holds(), settles()}, OrderStatus::settled},
        {"is held and declined", {takes_it(), holds(), rejects("HOPRJ")}, OrderStatus::rejected},
        {"is rejected", {takes_it(), rejects("AC03")}, OrderStatus::rejected},
        {"settles and comes back", {takes_it(), settles(), gives_back()}, OrderStatus::returned},
        {"is held, settles and comes back",
         {takes_it(), holds(), settles(), gives_back()},
         OrderStatus::returned},
        {"settles after a lost reply", {loses_the_reply(), settles()}, OrderStatus::settled},
        {"is a duplicate at the bank", {takes_it(), finds_a_duplicate()}, OrderStatus::in_doubt},
        {"is a duplicate after a lost reply",
         {loses_the_reply(), finds_a_duplicate()},
         OrderStatus::in_doubt},
        {"is rejected after a lost reply",
         {loses_the_reply(), rejects("AC03")},
         OrderStatus::rejected},
        {"is held and declined after a lost reply",
         {loses_the_reply(), holds(), rejects("HOPRJ")},
         OrderStatus::rejected},
        {"comes back after a lost reply",
         {loses_the_reply(), settles(), gives_back()},
         OrderStatus::returned},
    };
}

class OrderFlows : public ::testing::TestWithParam<std::tuple<std::size_t, std::string_view>> {};
INSTANTIATE_TEST_SUITE_P(All, OrderFlows,
                         ::testing::Combine(::testing::Range<std::size_t>(0, flows().size()),
                                            ::testing::Values("fps", "chaps")));

// Every order of the bank's acts, each webhook once more at once and once more at the end.
TEST_P(OrderFlows, end_alike_in_every_order_and_with_every_webhook_doubled) {
    const Flow flow = flows()[std::get<0>(GetParam())];
    const std::string_view scheme = std::get<1>(GetParam());
    std::vector<std::size_t> order_of_acts(flow.acts.size());
    std::iota(order_of_acts.begin(), order_of_acts.end(), 0);
    do {
        BankWorld world(BankWorld::chaps_settings());
        const domain::Order order =
            world
                .ask(scheme == "chaps" ? world.chaps_order("payout-1", 10'000)
                                       : world.new_order("payout-1", 10'000))
                .value()
                .order;
        const CallToSend call = world.take_one();
        std::string played;
        for (const std::size_t act : order_of_acts) {
            flow.acts[act].play(world, order, call);
            if (!flow.acts[act].is_reply)
                flow.acts[act].play(world, order, call);
            played += flow.acts[act].name + ", ";
        }
        for (const BankAct& act : flow.acts)
            if (!act.is_reply)
                act.play(world, order, call);
        EXPECT_EQ(world.status_of("payout-1"), flow.ends)
            << "an order that " << flow.name << ": " << played << "is "
            << token(world.status_of("payout-1"));
        EXPECT_THAT(world.review_kinds(), IsEmpty()) << flow.name << ": " << played;
    } while (std::ranges::next_permutation(order_of_acts).found);
}

} // namespace
} // namespace settled::units
