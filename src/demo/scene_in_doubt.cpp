// The reply to a payment is lost, and no webhook comes. Nothing is paid twice.

#include "cli/layout.h"
#include "demo/json_path.h"
#include "demo/money_out.h"

#include <algorithm>

namespace settled::demo {

namespace {

const PayOut payout{"payout-4712", 99'900, "Bea Moss", "LOAN LN-4712"};
constexpr std::size_t bytes_that_arrive = 20;

// The bank does what it is asked, its reply breaks off, and it sends no webhook about the payment.
void lose_reply_and_webhook(World& world) {
    sandbox::ApiFault fault;
    fault.method = "POST";
    fault.path_prefix = "/v3/payments/fps";
    fault.processed = true;
    fault.cut_after = bytes_that_arrive;
    fault.left = fault.count;
    world.sandbox().bank_api().faults().add(fault);
    sandbox::PaymentRule silent;
    silent.creditor_name = payout.payee;
    silent.treatment.outcome = sandbox::Outcome::silent;
    world.sandbox().payment_rules().set({silent});
}

struct Sending {
    std::size_t tries = 0;
    bool are_alike = true; // one request id, the same bytes
    int last_status = 0;
};

// What the bank received, by its own log.
Sending sending_of(World& world, const std::string& request_id) {
    Sending sending;
    std::string digest;
    for (const sandbox::ApiCall& call : world.sandbox().bank_api().calls().all()) {
        if (call.request_id != request_id)
            continue;
        sending.are_alike = sending.tries == 0 || call.body_sha256 == digest;
        digest = call.body_sha256;
        sending.last_status = call.status;
        ++sending.tries;
    }
    return sending;
}

// The end: settled by what the bank says when it is asked, with one payment in its ledger.
Task<> resolve(Stage& stage, std::string id, std::string end_to_end_id, Instant posted) {
    World& world = stage.world;
    co_await stage.partner_told_of(
        id, "order.settled", "the bank is asked, and shows it: partner told order.settled", posted);
    const Answer order = co_await world.ask("GET", "/v1/orders/" + id);
    stage.equal("the order is", order.text("status"), std::string("settled"), "settled");
    std::string request_id;
    std::size_t queries = 0;
    const auto calls = value_at(order.json.root(), "calls");
    for (std::size_t i = 0; calls && i < calls->size(); ++i) {
        const std::string call = text_at(calls->at(i), "id");
        const Answer detail = co_await world.ask("GET", "/v1/calls/" + call);
        queries += detail.text("purpose") == "find_transactions" ? 1 : 0;
        if (detail.text("purpose") == "pay")
            request_id = detail.text("request_id");
    }
    co_await world.until([&] { return sending_of(world, request_id).tries >= 2; });
    const Sending sending = sending_of(world, request_id);
    stage.check("sent again: the same bytes under the same id, which the bank knew",
                sending.tries == 2 && sending.are_alike && sending.last_status == 409, "409",
                fmt::format("{} tries, the last answered {}", sending.tries, sending.last_status));
    stage.check("that proves nothing, so the bank was asked for its transactions", queries > 0,
                fmt::format("{} quer{}", queries, queries == 1 ? "y" : "ies"), "it was not asked");
    check_paid_once(stage, end_to_end_id, payout.pence);
    stage.equal("end-to-end ids that the bank booked twice",
                world.sandbox().ledger().summary().duplicates, std::uint64_t{0}, "0");
}

} // namespace

Task<> scene_in_doubt(Stage& stage) {
    World& world = stage.world;
    stage.begin("A reply is lost",
                fmt::format("{} are sent to Bea. The bank pays, but its reply breaks off after {} "
                            "bytes, and no webhook comes. Was it paid? Guessing would lose money "
                            "or pay twice.",
                            shown_pounds(payout.pence), bytes_that_arrive));
    lose_reply_and_webhook(world);
    const Instant posted = world.sandbox().clock().now();
    const Answer order = co_await post_order(world, payout);
    if (stage.equal("order posted", order.status, 202, order.text("status"))) {
        const std::string id = order.text("id");
        const Answer doubtful = co_await order_when(world, id, "in_doubt");
        stage.equal("the reply cannot be read: the order is", doubtful.text("status"),
                    std::string("in_doubt"), "in_doubt");
        stage.check("the bank's own ledger has the payment already",
                    booked(world, order.text("end_to_end_id")).size() == 1);
        co_await resolve(stage, id, order.text("end_to_end_id"), posted);
    }
    world.sandbox().bank_api().end_faults();
    world.sandbox().payment_rules().set({});
}

} // namespace settled::demo
