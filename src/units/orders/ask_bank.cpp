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

// Catch-up goes back three days from what the store has: an older twin is not looked for either.
constexpr std::chrono::hours before_restore{72};
constexpr std::size_t asked_at_once = 50;
constexpr int silent_days = 1; // after that a submitted order without any sign is for a person

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

struct Question {
    std::size_t number = 1;
    Instant due_at;
    Instant from; // of the transactions
};

Step<> make_query(Session& s, const UnitScope& work, const Bank& bank, const domain::Order& order,
                  Question question) {
    NewCall call;
    call.connector = bank.id;
    call.request = connectors::clearbank::find_transactions_request(
        bank.settings.institution_account, order.end_to_end_id, question.from,
        question.due_at + std::chrono::microseconds(window), 1);
    call.request_id = work.context.derived_ids->request_id(
        work.tenant, bank.name, token(CallPurpose::find_transactions),
        {order.end_to_end_id, std::to_string(question.number)});
    call.subject = order.id.value;
    call.due_at = question.due_at;
    (void)co_await make_call(s, work, call);
}

Instant around(const domain::Order& order) {
    return order.created_at - std::chrono::microseconds(window);
}

// The wait before the next question, when so many were asked.
std::chrono::seconds wait_after(const UnitScope& work, std::size_t made) {
    const auto& waits = work.context.call_times.query_after;
    return waits.empty() ? std::chrono::seconds(60) : waits[std::min(made, waits.size() - 1)];
}

bool is_open_question(OrderStatus status) {
    return status == OrderStatus::in_doubt || status == OrderStatus::needs_review;
}

using connectors::clearbank::BankTransaction;

// The order's own debit among what the bank shows. Of several, one that was made counts before one
// that is on its way, and that before one that was rejected: the bank rejects the second of two.
const BankTransaction* debit_of(const domain::Order& order,
                                const std::vector<BankTransaction>& transactions) {
    const auto weight = [](const BankTransaction& debit) {
        return debit.is_settled() ? 2 : debit.is_rejected() ? 0 : 1;
    };
    const BankTransaction* found = nullptr;
    for (const BankTransaction& shown : transactions) {
        const bool is_its_own = !shown.credit && shown.end_to_end_id == order.end_to_end_id;
        if (is_its_own && (found == nullptr || weight(shown) > weight(*found)))
            found = &shown;
    }
    return found;
}

// Of two instructions with one end-to-end id, a rejected one may be either.
bool says_what_became_of_it(const domain::Order& order, const BankTransaction& debit) {
    return debit.is_settled() || (debit.is_rejected() && !has_twin(order));
}

// Nothing is known of the order's money, after it was looked up before its first try.
Step<> read_lookup(Session& s, const UnitScope& work, const Bank& bank, domain::Order order,
                   bool was_answered) {
    if (was_answered) {
        order.lookup = domain::Lookup::clear;
        order.updated_at = work.now;
        co_await store::update_order(s, work.tenant, order);
        wake_caller(s, work.tenant);
    } else {
        co_await ask_bank(s, work, bank, order);
    }
}

bool has_no_sign_for_long(const UnitScope& work, const domain::Order& order) {
    return order.status == OrderStatus::submitted &&
           work.now - order.updated_at >= std::chrono::microseconds(std::chrono::days(silent_days));
}

// The bank's list has no more to say about the order now.
Step<> go_on_asking(Session& s, const UnitScope& work, const Bank& bank, domain::Order order,
                    bool is_shown) {
    if (!is_shown && has_no_sign_for_long(work, order)) {
        (void)co_await apply_news(s, work, bank, std::move(order),
                                  {.fact = OrderFact::silence, .source = "query"});
        co_return;
    }
    if (order.status == OrderStatus::held)
        co_await ask_about_held(s, work, bank, order);
    if (!is_open_question(order.status))
        co_return;
    const auto asked_for = work.now - order.updated_at;
    if (order.status == OrderStatus::in_doubt && asked_for < work.context.call_times.review_after)
        co_await ask_bank(s, work, bank, order);
    else if (order.status == OrderStatus::in_doubt)
        (void)co_await apply_news(s, work, bank, std::move(order),
                                  {.fact = OrderFact::silence, .source = "query"});
}

// The bank shows another payment under this id, or shows this one otherwise than it was asked for: it is
// not sent before that is understood.
Step<> stop_waiting(Session& s, const UnitScope& work, const Bank& bank, OrderId id) {
    auto order = co_await store::find_order(s, work.tenant, id);
    if (waits_for_release(*order)) // a person sees what does not fit
        co_await read_lookup(s, work, bank, *std::move(order), true);
    else if (order->status == OrderStatus::queued)
        (void)co_await apply_news(s, work, bank, *std::move(order),
                                  {.fact = OrderFact::duplicate,
                                   .reason = "the bank has a payment with this end-to-end id",
                                   .source = "query"});
}

// The bank shows the end of a payment with this order's id. One that is not the order's leaves open what
// became of the order.
Step<> read_outcome(Session& s, const UnitScope& work, const Bank& bank, domain::Order order,
                    const BankTransaction& debit, bool is_lookup) {
    const OrderId id = order.id;
    co_await debit_found(s, work, bank, std::move(order), debit);
    if (is_lookup) {
        co_await stop_waiting(s, work, bank, id);
        co_return;
    }
    auto after = co_await store::find_order(s, work.tenant, id);
    if (!is_final(after->status))
        co_await go_on_asking(s, work, bank, *std::move(after), false);
}

} // namespace

Step<> ask_bank(Session& s, const UnitScope& work, const Bank& bank, const domain::Order& order) {
    const auto calls = co_await store::calls_of(s, work.tenant, order.id.value);
    const Queries queries = queries_among(calls);
    if (queries.one_waits)
        co_return;
    co_await make_query(
        s, work, bank, order,
        {queries.made + 1, work.now + wait_after(work, queries.made), around(order)});
}

Step<> ask_about_held(Session& s, const UnitScope& work, const Bank& bank,
                      const domain::Order& order) {
    const auto calls = co_await store::calls_of(s, work.tenant, order.id.value);
    const Queries queries = queries_among(calls);
    if (queries.one_waits)
        co_return;
    const std::chrono::microseconds wait = work.context.call_times.ask_submitted_after;
    co_await make_query(s, work, bank, order, {queries.made + 1, work.now + wait, around(order)});
}

Step<> ask_bank_now(Session& s, const UnitScope& work, const Bank& bank,
                    const domain::Order& order) {
    const auto calls = co_await store::calls_of(s, work.tenant, order.id.value);
    co_await make_query(s, work, bank, order,
                        {queries_among(calls).made + 1, work.now, around(order)});
}

Step<> ask_bank_soon(Session& s, const UnitScope& work, const Bank& bank,
                     const domain::Order& order) {
    const auto calls = co_await store::calls_of(s, work.tenant, order.id.value);
    const Queries queries = queries_among(calls);
    if (!queries.one_waits)
        co_await make_query(s, work, bank, order, {queries.made + 1, work.now, around(order)});
}

Step<> look_up(Session& s, const UnitScope& work, const Bank& bank, domain::Order order,
               Instant newest_at) {
    const auto calls = co_await store::calls_of(s, work.tenant, order.id.value);
    const Instant lost_since = newest_at - std::chrono::microseconds(before_restore);
    co_await make_query(
        s, work, bank, order,
        {queries_among(calls).made + 1, work.now, std::min(around(order), lost_since)});
    order.lookup = domain::Lookup::asked;
    order.updated_at = work.now;
    co_await store::update_order(s, work.tenant, order);
}

Step<> look_up_waiting(Session& s, const UnitScope& work, const Bank& bank, Instant newest_at) {
    auto orders = co_await store::unasked_orders(s, work.tenant, bank.id, asked_at_once);
    for (domain::Order& order : orders)
        co_await look_up(s, work, bank, std::move(order), newest_at);
}

Step<> ask_about_silent(Session& s, const UnitScope& work, const Bank& bank) {
    auto orders = co_await store::silent_orders(s, work.tenant, bank.id, work.now, asked_at_once);
    for (domain::Order& order : orders) {
        co_await ask_bank_soon(s, work, bank, order);
        order.ask_at =
            work.now + std::chrono::microseconds(work.context.call_times.ask_submitted_after);
        co_await store::update_order(s, work.tenant, order);
    }
}

Step<> read_query(Session& s, const UnitScope& work, const Bank& bank, const store::CallRow& call,
                  const std::optional<domain::CallReply>& reply) {
    auto order = co_await store::find_order(s, work.tenant, OrderId{call.subject_id});
    if (!order)
        co_return;
    const bool was_held_back = waits_for_release(*order);
    const bool is_lookup = (order->status == OrderStatus::queued || was_held_back) &&
                           !order->call && order->lookup == domain::Lookup::asked;
    Result<connectors::clearbank::TransactionPage> page =
        fail(Code::reply_unreadable, "no reply could be read");
    if (reply)
        page = connectors::clearbank::read_transactions(reply->body);
    const auto* const debit = page ? debit_of(*order, page->transactions) : nullptr;
    if (debit != nullptr && says_what_became_of_it(*order, *debit)) {
        co_await read_outcome(s, work, bank, *std::move(order), *debit, is_lookup);
        co_return;
    }
    if (debit == nullptr && is_lookup) {
        co_await read_lookup(s, work, bank, *std::move(order), page.has_value());
        co_return;
    }
    // It is on its way there: its outcome comes by webhook.
    if (debit != nullptr && !debit->is_rejected()) {
        if (was_held_back)
            order->reason_code.clear(); // it was released before the store was put back
        order = co_await apply_news(s, work, bank, *std::move(order),
                                    {.fact = OrderFact::taken, .source = "query"});
    }
    co_await go_on_asking(s, work, bank, *std::move(order), debit != nullptr);
}

} // namespace settled::units
