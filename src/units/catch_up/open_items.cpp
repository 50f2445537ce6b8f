#include "units/catch_up/open_items.h"

#include "store/queries/calls.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/returns.h"
#include "units/calls/hold.h"
#include "units/catch_up/catch_up.h"
#include "units/orders/ask_bank.h"
#include "units/orders/order_state.h"
#include "units/returns/send_back.h"

namespace settled::units {

namespace {

using domain::OrderFact;
using domain::OrderStatus;
using store::CatchUpRow;
using store::Session;
using store::Step;

constexpr std::size_t bite = 50;
constexpr std::string_view put_back = "the store was put back to an older state";

bool is_after_restore(const CatchUpRow& row) {
    return row.reason == catch_up_after_restore;
}

// What it was sent for since is not known here, so it is not sent from here any more. True: a try of it
// was begun.
Step<bool> stop_call(Session& s, const UnitScope& work, store::CallRow call) {
    const bool was_sent = call.tries > 0;
    call.status = was_sent ? store::call_unclear : store::call_cancelled;
    call.reason = put_back;
    call.updated_at = work.now;
    co_await store::update_call(s, call);
    co_return was_sent;
}

Step<> doubt(Session& s, const UnitScope& work, const Bank& bank, domain::Order order) {
    (void)co_await apply_news(
        s, work, bank, std::move(order),
        {.fact = OrderFact::restored, .reason = std::string(put_back), .source = "restore"});
}

// An order that was never sent from here waits for a call, or for its release, again, and is looked up
// first.
Step<> wait_again(Session& s, const UnitScope& work, domain::Order order) {
    if (order.status != OrderStatus::queued && !waits_for_release(order))
        co_return;
    order.call.reset();
    order.lookup = domain::Lookup::none;
    order.updated_at = work.now;
    co_await store::update_order(s, work.tenant, order);
}

Step<> stop_payment(Session& s, const UnitScope& work, const Bank& bank, store::CallRow call) {
    const CallId id = call.id;
    const bool was_sent = co_await stop_call(s, work, std::move(call));
    auto orders = co_await store::orders_of_call(s, work.tenant, id);
    for (domain::Order& order : orders)
        if (was_sent)
            co_await doubt(s, work, bank, std::move(order));
        else
            co_await wait_again(s, work, std::move(order));
}

// One that was never sent from here goes when the calls do: the bank returns a payment once.
Step<> stop_return(Session& s, const UnitScope& work, store::CallRow call) {
    if (call.tries == 0)
        co_return;
    const ReturnId id{call.subject_id};
    (void)co_await stop_call(s, work, std::move(call));
    auto row = co_await store::find_return(s, work.tenant, id);
    if (row)
        co_await return_restored(s, work, *std::move(row));
}

bool is_open_question(const domain::Order& order) {
    return order.status == OrderStatus::in_doubt || order.status == OrderStatus::needs_review;
}

} // namespace

Step<SourceStep> stop_calls_under_way(Session& s, const UnitScope& work, const Bank& bank,
                                      CatchUpRow& row, const CatchUpSource&) {
    if (row.dry_run || !is_after_restore(row))
        co_return SourceStep::ends;
    auto calls = co_await store::moving_calls_after(s, work.tenant, bank.id, row.after_id, bite);
    for (store::CallRow& call : calls) {
        row.after_id = call.id.value;
        if (call.purpose == domain::CallPurpose::return_payment)
            co_await stop_return(s, work, std::move(call));
        else
            co_await stop_payment(s, work, bank, std::move(call));
    }
    co_return calls.size() == bite ? SourceStep::goes_on : SourceStep::ends;
}

Step<SourceStep> doubt_what_is_open(Session& s, const UnitScope& work, const Bank& bank,
                                    CatchUpRow& row, const CatchUpSource&) {
    if (row.dry_run || !is_after_restore(row))
        co_return SourceStep::ends;
    auto orders = co_await store::open_orders_after(s, work.tenant, bank.id, row.after_id, bite);
    for (domain::Order& order : orders) {
        row.after_id = order.id.value;
        if ((order.status == OrderStatus::queued && !order.call) || waits_for_release(order))
            co_await wait_again(s, work, std::move(order)); // it may have been looked up before
        else if (!is_open_question(order))
            co_await doubt(s, work, bank, std::move(order));
    }
    co_return orders.size() == bite ? SourceStep::goes_on : SourceStep::ends;
}

Step<SourceStep> doubt_open_returns(Session& s, const UnitScope& work, const Bank& bank,
                                    CatchUpRow& row, const CatchUpSource&) {
    if (row.dry_run || !is_after_restore(row))
        co_return SourceStep::ends;
    auto returns = co_await store::open_returns_after(s, work.tenant, bank.id, row.after_id, bite);
    for (store::ReturnRow& each : returns) {
        row.after_id = each.id.value;
        if (each.status != OrderStatus::queued)
            co_await return_restored(s, work, std::move(each));
    }
    co_return returns.size() == bite ? SourceStep::goes_on : SourceStep::ends;
}

Step<SourceStep> ask_about_open_orders(Session& s, const UnitScope& work, const Bank& bank,
                                       CatchUpRow& row, const CatchUpSource&) {
    const Hold hold = co_await hold_of(s, work.tenant);
    const auto orders =
        co_await store::open_orders_after(s, work.tenant, bank.id, row.after_id, bite);
    for (const domain::Order& order : orders) {
        row.after_id = order.id.value;
        const bool is_held_back = is_after_restore(row) && waits_for_release(order);
        if (row.dry_run || (!order.call && !is_held_back))
            continue;
        if (order.status == OrderStatus::queued)
            continue; // it is looked up once calls go on
        ++row.asked;
        if (is_held_back)
            co_await look_up(s, work, bank, order, hold.newest_at);
        else
            co_await ask_bank_soon(s, work, bank, order);
    }
    co_return orders.size() == bite ? SourceStep::goes_on : SourceStep::ends;
}

} // namespace settled::units
