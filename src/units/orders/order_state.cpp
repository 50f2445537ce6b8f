#include "units/orders/order_state.h"

#include "connectors/clearbank/reject_codes.h"
#include "domain/money_out_event.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/reviews.h"
#include "units/deliveries/publish.h"
#include "units/orders/ask_bank.h"
#include "units/postings/disburse.h"
#include "units/reviews.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::units {

namespace {

using domain::OrderFact;
using domain::OrderStatus;
using domain::OrderStep;
using store::Session;
using store::Step;

constexpr std::string_view duplicate_code = "duplicate";

void take_over(domain::Order& order, OrderNews& news) {
    if (news.fact == OrderFact::rejected || news.fact == OrderFact::refused ||
        news.fact == OrderFact::returned || news.fact == OrderFact::held ||
        news.fact == OrderFact::unclear || news.fact == OrderFact::duplicate ||
        news.fact == OrderFact::restored) {
        order.reason_code = std::move(news.reason_code);
        if (news.fact == OrderFact::duplicate && order.reason_code.empty())
            order.reason_code = duplicate_code; // by which is_duplicate() knows it
        order.reason = std::move(news.reason);
        order.advice = news.advice;
    } else if (news.fact == OrderFact::taken || news.fact == OrderFact::settled) {
        order.reason_code.clear(); // what was in doubt or held is not any more
        order.reason.clear();
        order.advice = domain::Advice::none;
    }
}

// The bank's ids, which every fact may bring and none changes.
void add_ids(domain::Order& order, const OrderNews& news) {
    if (order.transaction_id.empty())
        order.transaction_id = news.transaction_id;
    if (order.actual_end_to_end_id.empty())
        order.actual_end_to_end_id = news.actual_end_to_end_id;
    if (!order.settlement)
        order.settlement = news.settlement;
    if (!order.returned_by)
        order.returned_by = news.returned_by;
}

// The bank has an instruction with this order's end-to-end id from elsewhere: which one it is about
// when it says that it has taken one, or that one is on its way, is open. A doubt of another kind
// has no code.
bool is_duplicate(const domain::Order& order) {
    return (order.status == OrderStatus::in_doubt || order.status == OrderStatus::needs_review) &&
           !order.reason_code.empty();
}

std::string unresolved_detail(const domain::Order& order) {
    wire::JsonWriter w;
    w.object().member("order_id", to_string(order.id)).member("client_id", order.client_id);
    w.member("end_to_end_id", order.end_to_end_id).member("reason", order.reason).end();
    return std::move(w).text();
}

Step<> change_status(Session& s, const UnitScope& work, const Bank& bank, domain::Order& order,
                     OrderStatus to) {
    const bool was_unresolved = order.status == OrderStatus::needs_review;
    order.status = to;
    order.updated_at = work.now;
    order.ask_at = to == OrderStatus::submitted
                       ? std::optional(work.now + std::chrono::microseconds(
                                                      work.context.call_times.ask_submitted_after))
                       : std::nullopt;
    const std::string_view type = domain::event_type_of(to);
    if (!type.empty())
        ++order.version;
    co_await store::update_order(s, work.tenant, order);
    if (was_unresolved) {
        co_await close_open_review_of(s, work, store::review_order_unresolved, order.id.value);
        co_await close_open_review_of(s, work, store::review_possible_duplicate, order.id.value);
    }
    if (to == OrderStatus::needs_review)
        co_await open_review_once(s, work, store::review_order_unresolved, order.id.value,
                                  unresolved_detail(order));
    if (!type.empty()) {
        const auto event =
            domain::order_event(work.context.ids.next<EventId>(), type, order, bank.name, work.now);
        co_await publish_event(s, work.context, work.tenant, event);
    }
    co_await order_changed(s, work, order);
}

} // namespace

bool has_twin(const domain::Order& order) {
    using connectors::clearbank::meaning_of;
    const bool says_so =
        order.reason_code == duplicate_code ||
        meaning_of(order.reason_code).outcome == domain::PaymentOutcomeFact::Outcome::duplicate;
    return is_duplicate(order) && says_so;
}

bool waits_for_release(const domain::Order& order) {
    return order.status == OrderStatus::needs_review && !order.call &&
           order.reason_code == store::review_possible_duplicate;
}

Step<> review_contradiction(Session& s, const UnitScope& work, const domain::Order& order,
                            std::string_view what, std::string_view source) {
    wire::JsonWriter w;
    w.object().member("order_id", to_string(order.id)).member("client_id", order.client_id);
    w.member("status", token(order.status)).member("says", what).member("source", source).end();
    co_await open_review_once(s, work, store::review_order_contradiction, order.id.value,
                              std::move(w).text());
}

Step<domain::Order> apply_news(Session& s, const UnitScope& work, const Bank& bank,
                               domain::Order order, OrderNews news) {
    if (news.fact == OrderFact::taken && is_duplicate(order))
        co_return order;
    const domain::OrderMove move = domain::next(order.status, news.fact);
    if (move.step == OrderStep::contradict) {
        co_await review_contradiction(s, work, order, token(news.fact), news.source);
        co_return order;
    }
    const domain::Order before = order;
    add_ids(order, news);
    if (news.fact == OrderFact::duplicate && move.step == OrderStep::stay &&
        order.status == OrderStatus::in_doubt && !is_duplicate(order)) {
        take_over(order, news);
        co_await store::update_order(s, work.tenant, order);
        co_return order;
    }
    if (move.step == OrderStep::move) {
        const bool asks = move.status == OrderStatus::in_doubt;
        take_over(order, news);
        co_await change_status(s, work, bank, order, move.status);
        if (asks)
            co_await ask_bank(s, work, bank, order);
        else if (move.status == OrderStatus::held)
            co_await ask_about_held(s, work, bank, order);
    } else if (order.transaction_id != before.transaction_id ||
               order.actual_end_to_end_id != before.actual_end_to_end_id ||
               order.settlement != before.settlement || order.returned_by != before.returned_by) {
        co_await store::update_order(s, work.tenant, order);
    }
    co_return order;
}

} // namespace settled::units
