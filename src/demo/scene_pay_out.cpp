// Money is paid out, settles, and comes back.

#include "cli/layout.h"
#include "demo/json_path.h"
#include "demo/money_out.h"

namespace settled::demo {

namespace {

using namespace std::chrono_literals;

const PayOut payout{"payout-4711", 250'000, std::string(borrower), "LOAN LN-4711"};

// So that the bank's answer comes before its webhook: the partner is notified of both.
constexpr auto settles_after = 300ms;

Task<> come_back(Stage& stage, std::string id, std::string end_to_end_id) {
    World& world = stage.world;
    const Instant returned = world.sandbox().clock().now();
    const auto sent = world.sandbox().payments().return_to_us(end_to_end_id, "AC04");
    if (!stage.check("Ann's bank sends it back: her account is closed", sent.has_value()))
        co_return;
    const Told* const told = co_await stage.partner_told_of(
        id, "order.returned", "partner told order.returned, with the reason", returned);
    if (told != nullptr) {
        const auto event = wire::JsonDocument::parse(told->body);
        stage.equal("the reason is", event ? text_at(event->root(), "data.reason_code") : "",
                    std::string("AC04"), "AC04");
    }
    const Answer order = co_await world.ask("GET", "/v1/orders/" + id);
    stage.equal("the order is", order.text("status"), std::string("returned"), "returned");
    const auto bookings = booked(world, end_to_end_id);
    const bool is_even = bookings.size() == 2 &&
                         bookings[0]->state == sandbox::BookingState::returned &&
                         bookings[1]->side == sandbox::Side::credit && bookings[1]->is_return &&
                         bookings[1]->amount == bookings[0]->amount;
    stage.check("the bank's own ledger: it left, and it came back", is_even,
                shown_pounds(payout.pence), fmt::format("{} bookings", bookings.size()));
}

} // namespace

Task<> scene_pay_out(Stage& stage) {
    World& world = stage.world;
    stage.begin("Money goes out, and comes back",
                fmt::format("The loan is paid out by Faster Payments: {} to Ann. It settles; then "
                            "her bank returns it.",
                            shown_pounds(payout.pence)));
    sandbox::PaymentRule slow;
    slow.creditor_name = payout.payee;
    slow.treatment.delay = settles_after;
    world.sandbox().payment_rules().set({slow});
    const Instant posted = world.sandbox().clock().now();
    const Answer order = co_await post_order(world, payout);
    if (!stage.equal("order posted, committed before a byte is sent", order.status, 202,
                     order.text("status")))
        co_return;
    const std::string id = order.text("id");
    const std::string end_to_end_id = order.text("end_to_end_id");
    const Answer again = co_await post_order(world, payout);
    stage.check("posted again by a nervous client: the same order",
                again.status == 200 && again.text("id") == id, {}, again.shown());
    co_await stage.partner_told_of(id, "order.submitted",
                                   "partner told order.submitted: the bank took it", posted);
    co_await stage.partner_told_of(
        id, "order.settled", "partner told order.settled: the bank's webhook says so", posted);
    const Answer settled = co_await world.ask("GET", "/v1/orders/" + id);
    stage.equal("the order is", settled.text("status"), std::string("settled"), "settled");
    check_paid_once(stage, end_to_end_id, payout.pence);
    co_await come_back(stage, id, end_to_end_id);
    world.sandbox().payment_rules().set({});
}

} // namespace settled::demo
