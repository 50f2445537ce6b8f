#include "units/orders/pay.h"

#include "connectors/clearbank/payments.h"
#include "connectors/clearbank/reject_codes.h"
#include "connectors/clearbank/schemes/chaps.h"
#include "store/queries/directory.h"
#include "store/queries/money/orders.h"
#include "units/calls/derived_ids.h"
#include "units/calls/make_call.h"
#include "units/orders/order_state.h"

#include <algorithm>

namespace settled::units {

namespace {

using connectors::clearbank::PaymentItem;
using domain::OrderFact;
using domain::OrderStatus;
using domain::ReplyClass;
using store::Session;
using store::Step;

constexpr std::size_t accounts_at_once = 16;
constexpr std::size_t orders_of_one_call = 100;
constexpr std::size_t timed_at_once = 16;
constexpr std::chrono::seconds account_wait{60};

std::string request_id_of(const UnitScope& work, const Bank& bank,
                          const std::vector<domain::Order>& orders, std::size_t number) {
    std::string members;
    for (const domain::Order& order : orders)
        members.append(order.end_to_end_id).append(" ");
    return work.context.derived_ids->request_id(
        work.tenant, bank.name, token(domain::CallPurpose::pay), {members, std::to_string(number)});
}

// Commits a call that pays these orders. Its id differs from that of an earlier call of the same orders
// that was refused as a whole.
Step<> make_payment(Session& s, const UnitScope& work, const Bank& bank,
                    domain::CallRequest request, std::vector<domain::Order> orders) {
    NewCall call;
    call.connector = bank.id;
    call.request = std::move(request);
    call.account_key = domain::account_key_of(orders.front().debtor);
    call.subject = orders.size() == 1 ? orders.front().id.value : 0;
    call.due_at = work.now;
    std::optional<CallId> made;
    for (std::size_t number = 1; !made; ++number) {
        call.request_id = request_id_of(work, bank, orders, number);
        made = co_await make_call(s, work, call);
    }
    for (domain::Order& order : orders) {
        order.call = made;
        order.updated_at = work.now;
        co_await store::update_order(s, work.tenant, order);
    }
}

Step<> make_fps_payment(Session& s, const UnitScope& work, const Bank& bank,
                        std::vector<domain::Order> orders) {
    domain::CallRequest request =
        connectors::clearbank::fps_payment_request(orders, bank.settings.enforce_send_to_scheme);
    co_await make_payment(s, work, bank, std::move(request), std::move(orders));
}

Step<> put_off(Session& s, const UnitScope& work, domain::Order order, Instant until) {
    order.not_before = until;
    order.updated_at = work.now;
    co_await store::update_order(s, work.tenant, order);
}

// Each is a call of its own. What was not sent while CHAPS was open waits for the next opening.
Step<> gather_chaps(Session& s, const UnitScope& work, const Bank& bank,
                    store::WaitingOrders which) {
    auto orders =
        co_await store::timed_orders(s, work.tenant, bank.id, work.now, which, timed_at_once);
    if (orders.empty())
        co_return;
    const Instant opening = work.context.calendar.chaps_opening(work.now);
    const auto source =
        co_await store::find_account_by_bank_id(s, work.tenant, bank.settings.institution_account);
    for (domain::Order& order : orders) {
        if (opening > work.now) {
            co_await put_off(s, work, std::move(order), opening);
        } else if (!source) { // the connector has another account since, which is being asked for
            co_await put_off(s, work, std::move(order),
                             work.now + std::chrono::microseconds(account_wait));
        } else {
            domain::CallRequest request =
                connectors::clearbank::chaps_payment_request(order, source->iban);
            co_await make_payment(s, work, bank, std::move(request), {std::move(order)});
        }
    }
}

OrderNews news_of(const PaymentItem& item) {
    OrderNews news;
    news.source = "reply";
    if (item.result == PaymentItem::Result::taken) {
        news.fact = OrderFact::taken;
    } else if (item.result == PaymentItem::Result::refused) {
        news.fact = OrderFact::refused;
        news.reason_code = item.code;
        news.reason = item.words;
        news.advice = item.advice;
    } else {
        news.fact = OrderFact::unclear;
        news.reason = "the bank's reply does not name this payment";
    }
    return news;
}

OrderNews doubt(std::string reason) {
    return {.fact = OrderFact::unclear, .reason = std::move(reason), .source = "reply"};
}

// Refusals are final only when the bank cannot have an earlier try of the call.
OrderNews as_final_as_it_can_be(OrderNews news, const store::CallRow& call) {
    if (news.fact == OrderFact::refused && call.unread > 0)
        return doubt("refused after a try without a readable reply: " + news.reason);
    return news;
}

Step<> tell_each(Session& s, const UnitScope& work, const Bank& bank,
                 std::vector<domain::Order> orders, OrderNews news) {
    for (domain::Order& order : orders)
        (void)co_await apply_news(s, work, bank, std::move(order), news);
}

// None of several was taken: each goes alone.
Step<> send_alone(Session& s, const UnitScope& work, const Bank& bank,
                  std::vector<domain::Order> orders) {
    for (domain::Order& order : orders)
        if (order.status == OrderStatus::queued)
            co_await make_fps_payment(s, work, bank, {std::move(order)});
}

Step<> refused_whole(Session& s, const UnitScope& work, const Bank& bank,
                     const store::CallRow& call, const domain::ReplyVerdict& verdict,
                     std::vector<domain::Order> orders) {
    if (call.unread > 0) {
        co_await tell_each(
            s, work, bank, std::move(orders),
            doubt("refused after a try without a readable reply: " + verdict.reason));
    } else if (orders.size() > 1) {
        co_await send_alone(s, work, bank, std::move(orders));
    } else {
        co_await tell_each(s, work, bank, std::move(orders),
                           {.fact = OrderFact::refused,
                            .reason_code = "refused",
                            .reason = verdict.reason,
                            .advice = domain::Advice::review,
                            .source = "reply"});
    }
}

Step<> read_items(Session& s, const UnitScope& work, const Bank& bank, const store::CallRow& call,
                  const domain::CallReply& reply, std::vector<domain::Order> orders) {
    std::vector<std::string> ids;
    for (const domain::Order& order : orders)
        ids.push_back(order.end_to_end_id);
    const auto items = connectors::clearbank::read_payment_reply(reply, ids);
    for (std::size_t i = 0; i < orders.size(); ++i)
        (void)co_await apply_news(s, work, bank, std::move(orders[i]),
                                  as_final_as_it_can_be(news_of(items[i]), call));
}

} // namespace

Step<> gather_orders(Session& s, const UnitScope& work, const Bank& bank,
                     store::WaitingOrders which) {
    const auto accounts = co_await store::accounts_with_waiting_orders(s, work.tenant, bank.id,
                                                                       which, accounts_at_once);
    for (const std::string& account : accounts) {
        const bool waits = co_await store::awaits_first_reply(s, work.tenant, bank.id, account);
        if (waits)
            continue;
        auto orders = co_await store::waiting_orders(s, work.tenant, bank.id, account, which,
                                                     orders_of_one_call);
        orders.resize(connectors::clearbank::fps_orders_that_fit(orders));
        if (!orders.empty())
            co_await make_fps_payment(s, work, bank, std::move(orders));
    }
    co_await gather_chaps(s, work, bank, which);
}

Step<bool> wait_for_hours(Session& s, const UnitScope& work, store::CallRow& call) {
    const Instant opening = work.context.calendar.chaps_opening(work.now);
    if (opening <= work.now || call.first_sent_at || !connectors::clearbank::is_chaps(call.request))
        co_return false;
    call.due_at = opening;
    call.updated_at = work.now;
    co_await store::update_call(s, call);
    for (domain::Order& order : co_await store::orders_of_call(s, work.tenant, call.id))
        co_await put_off(s, work, std::move(order), opening);
    co_return true;
}

Step<> read_payment(Session& s, const UnitScope& work, const Bank& bank, const store::CallRow& call,
                    const domain::ReplyVerdict& verdict,
                    const std::optional<domain::CallReply>& reply) {
    auto orders = co_await store::orders_of_call(s, work.tenant, call.id);
    switch (verdict.reply) {
    case ReplyClass::taken:
        if (connectors::clearbank::is_chaps(call.request)) // it carries one, and says no more of it
            co_await tell_each(s, work, bank, std::move(orders),
                               {.fact = OrderFact::taken, .source = "reply"});
        else
            co_await read_items(s, work, bank, call, *reply, std::move(orders));
        break;
    case ReplyClass::refused:
        if (connectors::clearbank::has_payment_items(*reply))
            co_await read_items(s, work, bank, call, *reply, std::move(orders));
        else
            co_await refused_whole(s, work, bank, call, verdict, std::move(orders));
        break;
    case ReplyClass::received:
        co_await tell_each(s, work, bank, std::move(orders),
                           doubt("the bank received this request before (409)"));
        break;
    case ReplyClass::unclear:
        co_await tell_each(s, work, bank, std::move(orders), doubt("no readable reply"));
        break;
    case ReplyClass::throttled:
    case ReplyClass::ours:
        break; // it was not taken; it is sent again
    }
}

} // namespace settled::units
