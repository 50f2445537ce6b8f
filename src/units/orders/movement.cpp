#include "units/orders/movement.h"

#include "base/iban.h"
#include "domain/money_out_event.h"
#include "store/queries/money/movements.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/reviews.h"
#include "units/deliveries/publish.h"
#include "units/orders/order_state.h"
#include "wire/json_writer.h"

#include <algorithm>

namespace settled::units {

namespace {

using domain::OrderFact;
using store::MovementRow;
using store::Session;
using store::Step;

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

bool is_other_creditor(const domain::Order& order, const domain::SettlementFact& fact) {
    const std::string theirs = domain::account_key_of(fact.counterparty);
    const std::string ours = domain::account_key_of(order.creditor);
    return is_uk_account(theirs) && is_uk_account(ours) && theirs != ours;
}

// Why a movement with the order's ids is not the order's; "": it is.
std::string_view mismatch(const domain::Order& order, const MovementRow& row,
                          const domain::SettlementFact& fact) {
    if (row.amount != order.amount)
        return "another amount";
    if (!row.account_key.empty() && row.account_key != domain::account_key_of(order.debtor))
        return "another account";
    if (!fact.credit && is_other_creditor(order, fact))
        return "another creditor";
    return "";
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
    if (bank && bank->settings.review_unexplained) {
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
    const bool is_new = co_await store::insert_movement(s, work.tenant, row);
    if (!is_new) {
        // A query has shown it; the webhook only completes what it says of its order.
        const auto known = co_await store::find_movement_of(s, work.tenant, connector,
                                                            fact.transaction_id, fact.credit);
        row.id = known ? known->id : row.id;
    }
    if (order)
        co_await store::add_subject_webhook(s, work.tenant, order->id.value, webhook);
    if (order && bank)
        co_await apply_to(s, work, *bank, *std::move(order), row, fact,
                          "webhook " + to_string(webhook));
    else if (is_new)
        co_await tell_unexplained(s, work, bank, row);
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
    domain::SettlementFact fact;
    fact.transaction_id = transaction.transaction_id;
    fact.credit = false;
    fact.scheme = transaction.scheme;
    fact.amount = transaction.amount;
    fact.end_to_end_id = transaction.end_to_end_id;
    fact.counterparty = transaction.counterparty;
    fact.settled_at = transaction.settled_at.value_or(work.now);
    MovementRow row = row_of(work, bank.id, std::nullopt, fact);
    row.account = order.debtor.iban;
    row.account_key = domain::account_key_of(order.debtor);
    row.subject_id = order.id.value;
    const bool is_new = co_await store::insert_movement(s, work.tenant, row);
    if (!is_new) {
        const auto known =
            co_await store::find_movement_of(s, work.tenant, bank.id, fact.transaction_id, false);
        row.id = known ? known->id : row.id;
    }
    co_await apply_to(s, work, bank, std::move(order), row, fact, "query");
}

} // namespace settled::units
