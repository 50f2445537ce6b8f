#include "units/orders/ask_bank.h"

#include "connectors/clearbank/transactions.h"
#include "store/queries/money/orders.h"
#include "units/calls/derived_ids.h"
#include "units/calls/make_call.h"
#include "units/orders/movement.h"
#include "units/orders/order_state.h"

#include <algorithm>

namespace settled::units {

namespace {

using domain::CallPurpose;
using domain::OrderFact;
using domain::OrderStatus;
using store::Session;
using store::Step;

constexpr std::chrono::hours window{24}; // around the order, in which its transaction may be

struct Queries {
    std::size_t made = 0;
    bool one_waits = false;
};

Queries queries_among(const std::vector<store::CallRow>& calls) {
    Queries queries;
    for (const store::CallRow& call : calls) {
        if (call.purpose != CallPurpose::find_transactions)
            continue;
        ++queries.made;
        queries.one_waits = queries.one_waits || call.status == store::call_queued;
    }
    return queries;
}

Step<> make_query(Session& s, const UnitScope& work, const Bank& bank, const domain::Order& order,
                  std::size_t number, Instant due_at) {
    const Instant from = order.created_at - std::chrono::microseconds(window);
    const Instant to = due_at + std::chrono::microseconds(window);
    NewCall call;
    call.connector = bank.id;
    call.request = connectors::clearbank::find_transactions_request(
        bank.settings.institution_account, order.end_to_end_id, from, to, 1);
    call.request_id = work.context.derived_ids->request_id(
        work.tenant, bank.name, token(CallPurpose::find_transactions),
        {order.end_to_end_id, std::to_string(number)});
    call.subject = order.id.value;
    call.due_at = due_at;
    (void)co_await make_call(s, work, call);
}

bool is_open_question(OrderStatus status) {
    return status == OrderStatus::in_doubt || status == OrderStatus::needs_review;
}

// The order's own debit among what the bank shows.
const connectors::clearbank::BankTransaction*
debit_of(const domain::Order& order,
         const std::vector<connectors::clearbank::BankTransaction>& transactions) {
    const auto found = std::ranges::find_if(transactions, [&](const auto& transaction) {
        return !transaction.credit && transaction.end_to_end_id == order.end_to_end_id;
    });
    return found == transactions.end() ? nullptr : &*found;
}

} // namespace

Step<> ask_bank(Session& s, const UnitScope& work, const Bank& bank, const domain::Order& order) {
    const auto calls = co_await store::calls_of(s, work.tenant, order.id.value);
    const Queries queries = queries_among(calls);
    if (queries.one_waits)
        co_return;
    const auto& waits = work.context.call_times.query_after;
    const auto wait =
        waits.empty() ? std::chrono::seconds(60) : waits[std::min(queries.made, waits.size() - 1)];
    co_await make_query(s, work, bank, order, queries.made + 1, work.now + wait);
}

Step<> ask_bank_now(Session& s, const UnitScope& work, const Bank& bank,
                    const domain::Order& order) {
    const auto calls = co_await store::calls_of(s, work.tenant, order.id.value);
    co_await make_query(s, work, bank, order, queries_among(calls).made + 1, work.now);
}

Step<> read_query(Session& s, const UnitScope& work, const Bank& bank, const store::CallRow& call,
                  const std::optional<domain::CallReply>& reply) {
    auto order = co_await store::find_order(s, work.tenant, OrderId{call.subject_id});
    if (!order)
        co_return;
    if (reply) {
        const auto page = connectors::clearbank::read_transactions(reply->body);
        const auto* const debit = page ? debit_of(*order, page->transactions) : nullptr;
        if (debit != nullptr && (debit->is_settled() || debit->is_rejected())) {
            co_await debit_found(s, work, bank, *std::move(order), *debit);
            co_return;
        }
        // It is on its way there: its outcome comes by webhook.
        if (debit != nullptr)
            order = co_await apply_news(s, work, bank, *std::move(order),
                                        {.fact = OrderFact::taken, .source = "query"});
    }
    if (!is_open_question(order->status))
        co_return;
    const auto asked_for = work.now - order->updated_at;
    if (order->status == OrderStatus::in_doubt && asked_for < work.context.call_times.review_after)
        co_await ask_bank(s, work, bank, *order);
    else if (order->status == OrderStatus::in_doubt)
        (void)co_await apply_news(s, work, bank, *std::move(order),
                                  {.fact = OrderFact::silence, .source = "query"});
}

} // namespace settled::units
