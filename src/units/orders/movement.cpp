#include "units/orders/movement.h"

#include "base/iban.h"
#include "domain/money_out_event.h"
#include "store/queries/money/catch_ups.h"
#include "store/queries/money/movements.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/reversals.h"
#include "store/queries/money/reviews.h"
#include "units/bacs/bacs_news.h"
#include "units/calls/hold.h"
#include "units/deliveries/publish.h"
#include "units/orders/order_state.h"
#include "units/postings/disburse.h"
#include "units/reviews.h"
#include "wire/json_writer.h"

#include <algorithm>

namespace settled::units {

namespace {

using domain::OrderFact;
using store::MovementRow;
using namespace std::chrono_literals;
using store::Session;
using store::Step;

// A bank sends a webhook every 15 minutes until it is taken, for 24 hours.
constexpr auto webhook_interval = 15min;
constexpr auto webhook_late_max = 25h;

MovementRow row_of(const UnitScope& work, ConnectorId connector, std::optional<WebhookId> webhook,
                   const domain::SettlementFact& fact) {
    MovementRow row;
    row.id = work.context.ids.next<SettlementId>();
    row.connector = connector;
    row.webhook = webhook;
    row.transaction_id = fact.transaction_id;
    row.credit = fact.credit;
    row.is_return = fact.is_return;
    row.amount = fact.amount;
    row.scheme = fact.scheme;
    row.end_to_end_id = fact.end_to_end_id;
    row.account = fact.account.iban.empty() ? fact.account.bban : fact.account.iban;
    row.account_key = domain::account_key_of(fact.account);
    row.counterparty_name = fact.counterparty.name;
    row.counterparty_account = fact.counterparty.iban.empty()
                                   ? domain::account_key_of(fact.counterparty)
                                   : fact.counterparty.iban;
    row.settled_at = fact.settled_at;
    row.received_at = work.now;
    return row;
}

// The order that a movement belongs to by its ids.
Step<std::optional<domain::Order>> order_of(Session& s, const UnitScope& work,
                                            ConnectorId connector,
                                            const domain::SettlementFact& fact) {
    if (fact.is_return && !fact.returned_payment_id.empty()) {
        auto order = co_await store::find_order_by_actual_id(s, work.tenant, connector,
                                                             fact.returned_payment_id);
        if (order)
            co_return order;
    }
    if (!fact.original_end_to_end_id.empty()) {
        auto order = co_await store::find_order_by_end_to_end_id(s, work.tenant, connector,
                                                                 fact.original_end_to_end_id);
        if (order)
            co_return order;
    }
    if (fact.end_to_end_id.empty())
        co_return std::nullopt;
    co_return co_await store::find_order_by_end_to_end_id(s, work.tenant, connector,
                                                          fact.end_to_end_id);
}

// Sort code and account number; banks have other ways of writing an account, too.
bool is_uk_account(std::string_view key) {
    return key.size() == 14 &&
           std::ranges::all_of(key, [](char c) { return c >= '0' && c <= '9'; });
}

// Both accounts are known, as UK accounts are written.
bool shows_both_accounts(const domain::Order& order, const domain::Party& counterparty) {
    return is_uk_account(domain::account_key_of(counterparty)) &&
           is_uk_account(domain::account_key_of(order.creditor));
}

bool is_same_account(const domain::Party& left, const domain::Party& right) {
    return domain::account_key_of(left) == domain::account_key_of(right);
}

bool is_other_creditor(const domain::Order& order, const domain::Party& counterparty) {
    return shows_both_accounts(order, counterparty) &&
           !is_same_account(order.creditor, counterparty);
}

// Why a movement with the order's ids is not the order's; "": it is.
std::string_view mismatch(const domain::Order& order, const MovementRow& row,
                          const domain::SettlementFact& fact) {
    if (row.amount != order.amount)
        return "another amount";
    if (!row.account_key.empty() && row.account_key != domain::account_key_of(order.debtor))
        return "another account";
    if (!fact.credit && is_other_creditor(order, fact.counterparty))
        return "another creditor";
    return "";
}

domain::SettlementFact fact_of(const connectors::clearbank::BankTransaction& debit, Instant now) {
    domain::SettlementFact fact;
    fact.transaction_id = debit.transaction_id;
    fact.credit = false;
    fact.scheme = debit.scheme;
    fact.amount = debit.amount;
    fact.end_to_end_id = debit.end_to_end_id;
    fact.counterparty = debit.counterparty;
    fact.settled_at = debit.settled_at.value_or(now);
    return fact;
}

Step<> tell_unexplained(Session& s, const UnitScope& work, const std::optional<Bank>& bank,
                        const MovementRow& row) {
    domain::MovementFacts facts{row.id,
                                bank ? bank->name : "",
                                row.transaction_id,
                                row.credit,
                                row.is_return,
                                row.amount,
                                row.scheme,
                                row.end_to_end_id,
                                row.account,
                                row.counterparty_name,
                                row.counterparty_account,
                                row.settled_at,
                                std::nullopt};
    // After a restore it may be an order that this store has forgotten.
    const Hold hold = co_await hold_of(s, work.tenant);
    if (bank && (bank->settings.review_unexplained || hold.held)) {
        wire::JsonWriter w;
        w.object().member("settlement_id", to_string(row.id));
        w.member("transaction_id", row.transaction_id).member("end_to_end_id", row.end_to_end_id);
        w.member("direction", row.credit ? "credit" : "debit").end();
        facts.review = work.context.ids.next<ReviewId>();
        co_await store::insert_review(s, work.tenant,
                                      {*facts.review, std::string(store::review_unexplained),
                                       row.id.value, "open", std::move(w).text(), work.now,
                                       std::nullopt});
    }
    const auto event = domain::unexplained_event(work.context.ids.next<EventId>(), facts, work.now);
    co_await publish_event(s, work.context, work.tenant, event);
}

// A disbursement that the bank has started is posted to its loan.
Step<> explain_or_report(Session& s, const UnitScope& work, const std::optional<Bank>& bank,
                         const MovementRow& row) {
    const bool explained = bank && co_await disburse_unexplained(s, work, bank->id, row);
    if (!explained)
        co_await tell_unexplained(s, work, bank, row);
}

Step<> apply_to(Session& s, const UnitScope& work, const Bank& bank, domain::Order order,
                const MovementRow& row, const domain::SettlementFact& fact, std::string source) {
    if (const std::string_view why = mismatch(order, row, fact); !why.empty()) {
        co_await review_contradiction(s, work, order, why, source);
        co_return;
    }
    if (!fact.credit && order.settlement && *order.settlement != row.id) {
        co_await review_contradiction(s, work, order, "settled twice", source);
        co_return;
    }
    OrderNews news;
    news.source = std::move(source);
    if (fact.credit) {
        news.fact = OrderFact::returned;
        news.reason_code = fact.return_reason;
        news.reason = "the receiver's bank sent the money back";
        news.advice = domain::Advice::review;
        news.returned_by = row.id;
    } else {
        news.fact = OrderFact::settled;
        news.transaction_id = row.transaction_id;
        news.actual_end_to_end_id = fact.actual_end_to_end_id;
        news.settlement = row.id;
    }
    (void)co_await apply_news(s, work, bank, std::move(order), std::move(news));
}

// By a direct debit, or not at all.
Step<> explain(Session& s, const UnitScope& work, const std::optional<Bank>& bank,
               WebhookId webhook, const MovementRow& row, const domain::SettlementFact& fact,
               bool is_new) {
    const auto item = co_await direct_debit_moved(s, work, row.connector, webhook, fact, row.id);
    if (item) {
        co_await store::set_movement_subject(s, work.tenant, row.id, item->id.value);
        co_return;
    }
    // What a query has shown first may lack the account by which its loan is found.
    const bool is_disbursement = bank && co_await disburse_unexplained(s, work, bank->id, row);
    if (is_disbursement)
        co_await close_open_review_of(s, work, store::review_unexplained, row.id.value);
    else if (is_new)
        co_await tell_unexplained(s, work, bank, row);
}

Step<> review_settlement(Session& s, const UnitScope& work, SettlementId id,
                         std::string_view transaction_id, std::string_view says) {
    wire::JsonWriter w;
    w.object().member("settlement_id", to_string(id));
    w.member("transaction_id", transaction_id).member("says", says).end();
    co_await open_review_once(s, work, store::review_settlement_contradiction, id.value,
                              std::move(w).text());
}

// A debit that is known as the return of a settlement. CHAPS need not say that it is one. False: no
// settlement is known that it returns.
Step<bool> is_known_return(Session& s, const UnitScope& work, const MovementRow& row,
                           ReversalId known) {
    const auto reversal = co_await store::find_reversal(s, work.tenant, known);
    if (!reversal || reversal->settlement_id.value == 0)
        co_return false;
    if (row.scheme != "Chaps")
        co_await review_settlement(s, work, reversal->settlement_id, row.transaction_id,
                                   "the debit that counts as its return is none");
    co_return true;
}

// It is known as money that came in, or that went back for a settlement, and a webhook says that it is
// neither: one of the two is wrong, so nothing is changed.
Step<bool> is_kept_as_another(Session& s, const UnitScope& work, const MovementRow& row) {
    const auto known = co_await store::find_bank_transaction(s, work.tenant, row.connector,
                                                             row.transaction_id, row.credit);
    if (!known)
        co_return false;
    if (!row.credit)
        co_return co_await is_known_return(s, work, row, ReversalId{known->subject});
    co_await review_settlement(s, work, SettlementId{known->subject}, row.transaction_id,
                               "it is money that came back for an order");
    co_return true;
}

// One row for a transaction and side: what comes later completes it. True: it is new. `row` then has
// the id of the one that is kept.
Step<bool> keep(Session& s, const UnitScope& work, MovementRow& row) {
    const bool is_new = co_await store::insert_movement(s, work.tenant, row);
    if (is_new)
        co_return true;
    const auto known = co_await store::find_movement_of(s, work.tenant, row.connector,
                                                        row.transaction_id, row.credit);
    if (!known)
        co_return false;
    row.id = known->id;
    if (row.webhook && !known->webhook) {
        MovementRow whole = row;
        whole.subject_id = row.subject_id != 0 ? row.subject_id : known->subject_id;
        co_await store::complete_movement(s, work.tenant, known->id, whole);
        co_await close_open_review_of(s, work, store::review_credit_unclear, known->id.value);
    }
    if (row.subject_id != 0 && known->subject_id == 0) {
        co_await store::set_movement_subject(s, work.tenant, known->id, row.subject_id);
        co_await close_open_review_of(s, work, store::review_unexplained, known->id.value);
    }
    co_return false;
}

} // namespace

bool is_movement(const domain::SettlementFact& fact) {
    return fact.credit == fact.is_return;
}

Step<> accept_movement(Session& s, const UnitScope& work, ConnectorId connector, WebhookId webhook,
                       const domain::SettlementFact& fact) {
    const auto bank = co_await find_bank(s, work.tenant, connector);
    auto order = co_await order_of(s, work, connector, fact);
    MovementRow row = row_of(work, connector, webhook, fact);
    row.subject_id = order ? order->id.value : 0;
    const bool contradicts = co_await is_kept_as_another(s, work, row);
    if (contradicts)
        co_return;
    const bool is_new = co_await keep(s, work, row);
    if (order)
        co_await store::add_subject_webhook(s, work.tenant, order->id.value, webhook);
    if (order && bank)
        co_await apply_to(s, work, *bank, *std::move(order), row, fact,
                          "webhook " + to_string(webhook));
    else if (!order)
        co_await explain(s, work, bank, webhook, row, fact, is_new);
}

Step<> movement_found(Session& s, const UnitScope& work, const Bank& bank,
                      const domain::SettlementFact& fact, bool may_be_return) {
    const MovementRow row = row_of(work, bank.id, std::nullopt, fact);
    const bool is_new = co_await store::insert_movement(s, work.tenant, row);
    if (is_new && may_be_return)
        co_await tell_unexplained(s, work, bank, row);
    else if (is_new)
        co_await explain_or_report(s, work, bank, row);
}

Step<> keep_unclear_credit(Session& s, const UnitScope& work, const Bank& bank,
                           const domain::SettlementFact& fact, OrderId order) {
    MovementRow row = row_of(work, bank.id, std::nullopt, fact);
    row.subject_id = order.value;
    const bool is_new = co_await store::insert_movement(s, work.tenant, row);
    if (!is_new)
        co_return;
    const Instant last_webhook = fact.settled_at + std::chrono::microseconds(webhook_late_max);
    const Instant soonest = work.now + std::chrono::microseconds(webhook_interval);
    co_await store::insert_task(s, work.tenant, work.context.ids.next<TaskId>(),
                                store::task_unclear_credit, row.id.value, 0,
                                std::max(last_webhook, soonest), work.now);
}

Step<> ask_about_credit(Session& s, const Context& context, store::TaskRow task, Instant now) {
    const UnitScope work{context, task.tenant, now};
    const SettlementId id{task.subject_id};
    const auto seen = co_await store::find_movement(s, task.tenant, id);
    if (seen)
        co_await s.lock({store::Lock::calls(task.tenant, seen->connector)});
    const bool open = co_await store::update_task(s, task.tenant, task.id, domain::TaskStatus::done,
                                                  task.attempts + 1, task.due_at, now);
    const auto row = co_await store::find_movement(s, task.tenant, id);
    if (!open || !row || row->webhook || row->is_return)
        co_return;
    const auto known = co_await store::find_bank_transaction(s, task.tenant, row->connector,
                                                             row->transaction_id, true);
    if (known) { // its webhook came meanwhile, in a unit that did not see this row
        (void)co_await store::remove_unclear_movement(s, task.tenant, id);
        co_return;
    }
    wire::JsonWriter w;
    w.object().member("settlement_id", to_string(id));
    w.member("transaction_id", row->transaction_id).member("end_to_end_id", row->end_to_end_id);
    if (row->subject_id != 0)
        w.member("order_id", to_string(OrderId{row->subject_id}));
    w.end();
    co_await open_review_once(s, work, store::review_credit_unclear, id.value, std::move(w).text());
}

Step<bool> may_be_income(Session& s, const UnitScope& work, ConnectorId connector,
                         std::string_view transaction_id) {
    const auto row =
        co_await store::find_movement_of(s, work.tenant, connector, transaction_id, true);
    if (!row)
        co_return true;
    const bool dropped = co_await store::remove_unclear_movement(s, work.tenant, row->id);
    if (dropped)
        co_await close_open_review_of(s, work, store::review_credit_unclear, row->id.value);
    else
        co_await review_settlement(s, work, row->id, transaction_id,
                                   "it is money that came in, and it came back for an order");
    co_return dropped;
}

Step<> explain_debit(Session& s, const UnitScope& work, ConnectorId connector,
                     std::string_view transaction_id, std::int64_t subject) {
    const auto row =
        co_await store::find_movement_of(s, work.tenant, connector, transaction_id, false);
    if (!row || row->subject_id != 0)
        co_return;
    co_await store::set_movement_subject(s, work.tenant, row->id, subject);
    co_await close_open_review_of(s, work, store::review_unexplained, row->id.value);
}

std::string_view debit_mismatch(const domain::Order& order,
                                const connectors::clearbank::BankTransaction& debit) {
    if (debit.amount != order.amount)
        return "another amount";
    const std::string account = domain::account_key_of(debit.account);
    if (!account.empty() && account != domain::account_key_of(order.debtor))
        return "another account";
    return is_other_creditor(order, debit.counterparty) ? "another creditor" : "";
}

bool is_paid_to_creditor(const domain::Order& order,
                         const connectors::clearbank::BankTransaction& debit) {
    return shows_both_accounts(order, debit.counterparty) &&
           is_same_account(order.creditor, debit.counterparty);
}

Step<> debit_found(Session& s, const UnitScope& work, const Bank& bank, domain::Order order,
                   const connectors::clearbank::BankTransaction& transaction) {
    if (transaction.is_rejected()) {
        (void)co_await apply_news(s, work, bank, std::move(order),
                                  {.fact = OrderFact::rejected,
                                   .reason_code = "RJCT",
                                   .reason = "the bank shows the payment as rejected",
                                   .advice = domain::Advice::review,
                                   .source = "query"});
        co_return;
    }
    const domain::SettlementFact fact = fact_of(transaction, work.now);
    MovementRow row = row_of(work, bank.id, std::nullopt, fact);
    row.account = order.debtor.iban; // the query may not show it
    row.account_key = domain::account_key_of(order.debtor);
    row.subject_id = order.id.value;
    (void)co_await keep(s, work, row);
    co_await apply_to(s, work, bank, std::move(order), row, fact, "query");
}

Step<> report_unexplained(Session& s, const UnitScope& work, const Bank& bank,
                          SettlementId movement) {
    const auto row = co_await store::find_movement(s, work.tenant, movement);
    if (row)
        co_await tell_unexplained(s, work, bank, *row);
}

} // namespace settled::units
