// Money that no payment explains arrived on the loan's account, and is sent back.

#include "cli/layout.h"
#include "demo/json_path.h"
#include "demo/money_out.h"
#include "wire/json_writer.h"

#include <algorithm>

namespace settled::demo {

namespace {

constexpr std::int64_t pence = 7'770;

// What the bank has booked as the return of this transaction.
const sandbox::Booking* return_of(World& world, const std::string& transaction_id) {
    const auto& all = world.sandbox().ledger().all();
    const auto found = std::ranges::find_if(
        all, [&](const auto& entry) { return entry.second.return_of == transaction_id; });
    return found == all.end() ? nullptr : &found->second;
}

Task<> send_back(Stage& stage, std::string settlement_id, std::string transaction_id) {
    World& world = stage.world;
    wire::JsonWriter w;
    w.object().member("settlement_id", settlement_id).member("reason", "not_expected").end();
    const std::string body = std::move(w).text();
    const Instant asked = world.sandbox().clock().now();
    const Answer made = co_await world.ask("POST", "/v1/returns", body);
    if (!stage.equal("its return is asked for", made.status, 202, made.text("status")))
        co_return;
    const std::string id = made.text("id");
    const Answer again = co_await world.ask("POST", "/v1/returns", body);
    stage.check("asked for again: the same return", again.status == 200 && again.text("id") == id,
                {}, again.shown());
    co_await stage.partner_told_of(id, "return.settled", "partner told return.settled", asked);
    const Answer ended = co_await world.ask("GET", "/v1/returns/" + id);
    stage.equal("the return is", ended.text("status"), std::string("settled"), "settled");
    const sandbox::Booking* const booking = return_of(world, transaction_id);
    const bool is_right = booking != nullptr && booking->side == sandbox::Side::debit &&
                          booking->state == sandbox::BookingState::settled &&
                          booking->amount == pounds(pence);
    stage.check("the bank's own ledger: it went back, once", is_right, shown_pounds(pence));
}

} // namespace

Task<> scene_send_back(Stage& stage) {
    World& world = stage.world;
    stage.begin("Money goes back to its sender",
                fmt::format("A stranger pays {} to the loan's account. No payment explains it; the "
                            "lender returns it.",
                            shown_pounds(pence)));
    sandbox::SettledPayment money = stage.money_of({"", pence, "WRONG ACCOUNT", true});
    money.account_iban = world.loan_iban;
    money.account_owner = borrower;
    money.end_to_end_id = "STRANGER-1";
    const auto sent = world.settle(std::move(money));
    if (!stage.check("it arrives on the linked IBAN", sent.has_value()))
        co_return;
    co_await stage.acknowledged(*sent);
    co_await stage.partner_told(*sent, "settlement.unmatched",
                                "partner told: money, and no payment");
    const Answer settlement = co_await stage.settlement_of(sent->transaction_id);
    if (stage.check("the settlement is at /v1/settlements", settlement.status == 200,
                    settlement.text("status"), settlement.shown()))
        co_await send_back(stage, settlement.text("id"), sent->transaction_id);
}

} // namespace settled::demo
