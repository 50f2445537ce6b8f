#include "units/orders/rule_on_order.h"

#include "store/queries/calls.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/reviews.h"
#include "units/calls/hold.h"
#include "units/calls/make_call.h"
#include "units/orders/ask_bank.h"
#include "units/orders/claimed_settlement.h"
#include "units/orders/order_state.h"
#include "units/orders/second_person.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::units {

namespace {

using domain::Order;
using domain::OrderStatus;
using store::Session;
using store::Step;

// Who decides, and why. Without a reason a fact or the client did.
struct Ruled {
    OrderRuling ruling = OrderRuling::never_paid;
    std::string reason = {};
    std::string actor = {};
};

Step<> close_with(Session& s, const UnitScope& work, std::string_view kind, const Order& order,
                  const Ruled& ruled) {
    const auto review = co_await store::find_open_review(s, work.tenant, kind, order.id.value);
    if (!review)
        co_return;
    if (ruled.reason.empty())
        co_await store::close_review(s, work.tenant, review->id, work.now);
    else
        (void)co_await store::decide_review(
            s, work.tenant, review->id, {token(ruled.ruling), ruled.reason, ruled.actor}, work.now);
}

// The call that carries it waits for another try: the bank may get it yet.
Step<bool> may_still_be_sent(Session& s, const UnitScope& work, const Order& order) {
    const auto call =
        order.call ? co_await store::find_call(s, work.tenant, *order.call) : std::nullopt;
    co_return call && call->status == store::call_queued;
}

// Its answer may be that the order is paid.
Step<bool> is_bank_asked(Session& s, const UnitScope& work, const Order& order) {
    const auto calls = co_await store::calls_of(s, work.tenant, order.id.value);
    co_return std::ranges::any_of(calls, [](const store::CallRow& call) {
        return call.status == store::call_queued &&
               (call.purpose == domain::CallPurpose::find_transactions ||
                call.purpose == domain::CallPurpose::find_transaction);
    });
}

// The store was put back to an older state and the bank was not asked for the order yet.
Step<bool> may_have_been_sent(Session& s, const UnitScope& work, const Order& order) {
    const Hold hold = co_await hold_of(s, work.tenant);
    co_return hold.restored&& order.lookup != domain::Lookup::clear;
}

Step<Result<>> check_outcome_is_open(Session& s, const UnitScope& work, const Order& order) {
    const bool is_early = co_await may_still_be_sent(s, work, order);
    if (is_early)
        co_return fail(Code::state_conflict,
                       "its call is still being repeated, and the payment may be made: decide when "
                       "the call is over");
    const bool is_asked = co_await is_bank_asked(s, work, order);
    if (is_asked)
        co_return fail(Code::state_conflict,
                       "the bank is being asked what became of it: decide when it has answered");
    co_return Result<>{};
}

Step<Result<Order>> never_paid(Session& s, const UnitScope& work, const Bank& bank, Order order,
                               OrderDecision decision) {
    CO_TRY_VOID(co_await check_outcome_is_open(s, work, order));
    const bool is_maker = !order.made_by.empty() &&
                          co_await may_be_one_person(s, work.tenant, order.made_by, decision.actor);
    if (is_maker)
        co_return fail(Code::second_person_needed,
                       "who made the order does not decide that it was never paid: another API key "
                       "or operator does");
    co_await close_with(s, work, store::review_order_unresolved, order,
                        {decision.ruling, decision.reason, decision.actor});
    co_return co_await apply_news(s, work, bank, std::move(order),
                                  {.fact = domain::OrderFact::rejected,
                                   .reason_code = "never_paid",
                                   .reason = std::move(decision.reason),
                                   .advice = domain::Advice::review,
                                   .source = std::move(decision.actor)});
}

// It was never sent: it is sent now, or cancelled.
Step<OrderAnswer> end_duplicate(Session& s, const UnitScope& work, const Bank& bank, Order order,
                                Ruled ruled) {
    co_await close_with(s, work, store::review_possible_duplicate, order, ruled);
    order.status = OrderStatus::queued;
    order.reason_code.clear();
    order.reason.clear();
    if (ruled.ruling == OrderRuling::release) {
        order.updated_at = work.now;
        co_await store::update_order(s, work.tenant, order);
        wake_caller(s, work.tenant);
    } else {
        order = co_await apply_news(s, work, bank, std::move(order),
                                    {.fact = domain::OrderFact::cancelled, .source = "reviewer"});
    }
    co_return OrderAnswer{std::move(order), bank.name, false};
}

Step<Result<OrderAnswer>> rule_on_duplicate(Session& s, const UnitScope& work, const Bank& bank,
                                            Order order, Ruled ruled) {
    if (ruled.ruling == OrderRuling::ask_again || ruled.ruling == OrderRuling::settled)
        co_return fail(Code::state_conflict, "it was not sent, so the bank knows nothing of it; "
                                             "release or cancel it");
    const bool is_early =
        ruled.ruling == OrderRuling::never_paid && co_await may_have_been_sent(s, work, order);
    if (is_early)
        co_return fail(Code::state_conflict,
                       "the store was put back to an older state, before which it may have been "
                       "sent: decide when the bank has been asked for it");
    co_return co_await end_duplicate(s, work, bank, std::move(order), std::move(ruled));
}

} // namespace

Step<Result<std::pair<Bank, Order>>> lock_order(Session& s, TenantId tenant, OrderId id) {
    auto order = co_await store::find_order(s, tenant, id);
    if (!order)
        co_return fail(Code::not_found, "there is no such order");
    auto bank = co_await find_bank(s, tenant, order->connector);
    if (!bank)
        co_return fail(Code::connector_unknown, "its connector was removed");
    co_await s.lock({store::Lock::calls(tenant, bank->id)});
    order = co_await store::find_order(s, tenant, id); // as it is under the lock
    co_return std::pair(*std::move(bank), *std::move(order));
}

Step<Result<OrderAnswer>> cancel_order(Session& s, const Context& context, TenantId tenant,
                                       OrderId id, Instant now) {
    CO_TRY(auto found, co_await lock_order(s, tenant, id));
    auto& [bank, order] = found;
    if (order.status == OrderStatus::cancelled)
        co_return OrderAnswer{std::move(order), bank.name, false};
    const bool is_held_back = waits_for_release(order);
    if (!is_held_back && (order.call || order.status != OrderStatus::queued))
        co_return fail(
            Code::order_sent,
            fmt::format("the order is {}: it has been sent to the bank", token(order.status)));
    const UnitScope work{context, tenant, now};
    const bool is_early = co_await may_have_been_sent(s, work, order);
    if (is_early)
        co_return fail(Code::order_sent,
                       "the store was put back to an older state, before which the order may have "
                       "been sent: cancel it when the bank has been asked for it");
    if (is_held_back)
        co_return co_await end_duplicate(s, work, bank, std::move(order), {});
    order = co_await apply_news(s, work, bank, std::move(order),
                                {.fact = domain::OrderFact::cancelled, .source = "client"});
    co_return OrderAnswer{std::move(order), bank.name, false};
}

std::string_view token(OrderRuling ruling) {
    switch (ruling) {
    case OrderRuling::ask_again:
        return "ask_again";
    case OrderRuling::settled:
        return "settled";
    case OrderRuling::never_paid:
        return "never_paid";
    case OrderRuling::release:
        return "release";
    }
    return {};
}

Step<Result<OrderAnswer>> rule_on_order(Session& s, const Context& context,
                                        OrderDecision decision) {
    CO_TRY(auto found, co_await lock_order(s, decision.tenant, decision.order));
    auto& [bank, order] = found;
    const UnitScope work{context, decision.tenant, decision.now};
    if (waits_for_release(order))
        co_return co_await rule_on_duplicate(
            s, work, bank, std::move(order),
            {decision.ruling, std::move(decision.reason), std::move(decision.actor)});
    if (decision.ruling == OrderRuling::release)
        co_return fail(Code::state_conflict, "only a possible duplicate waits for its release");
    if (order.status != OrderStatus::needs_review && order.status != OrderStatus::in_doubt)
        co_return fail(
            Code::state_conflict,
            fmt::format("the order is {}: there is nothing to decide", token(order.status)));
    switch (decision.ruling) {
    case OrderRuling::ask_again:
        co_await ask_bank_now(s, work, bank, order);
        break;
    case OrderRuling::settled:
        CO_TRY_VOID(
            co_await claim_settlement(s, work, bank, order,
                                      {std::move(decision.transaction_id),
                                       std::move(decision.reason), std::move(decision.actor)}));
        break;
    default:
        CO_TRY(order, co_await never_paid(s, work, bank, std::move(order), std::move(decision)));
    }
    co_return OrderAnswer{std::move(order), bank.name, false};
}

} // namespace settled::units
