#include "units/catch_up/learnt.h"

#include "store/queries/money/catch_ups.h"
#include "store/queries/money/movements.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/returns.h"
#include "store/queries/money/reviews.h"
#include "store/queries/money/settlements.h"
#include "store/queries/purged.h"
#include "units/calls/derived_ids.h"
#include "units/matching/named_by_return.h"
#include "units/matching/reverse.h"
#include "units/matching/settle.h"
#include "units/orders/ask_bank.h"
#include "units/orders/movement.h"
#include "units/orders/order_state.h"
#include "units/postings/collect.h"
#include "units/returns/send_back.h"
#include "units/reviews.h"
#include "wire/json_writer.h"

namespace settled::units {

namespace {

using connectors::clearbank::BankTransaction;
using store::BankTransactionRow;
using store::ReturnRow;
using store::Session;
using store::Step;

domain::SettlementFact fact_of(const UnitScope& work, const BankTransaction& transaction) {
    domain::SettlementFact fact;
    fact.transaction_id = transaction.transaction_id;
    fact.scheme = transaction.scheme;
    fact.credit = transaction.credit;
    fact.amount = transaction.amount;
    fact.end_to_end_id = transaction.end_to_end_id;
    fact.reference = transaction.reference;
    fact.account = transaction.account;
    fact.counterparty = transaction.counterparty;
    fact.settled_at = transaction.settled_at.value_or(work.now);
    return fact;
}

bool differs(const domain::Settlement& kept, const domain::Settlement& said) {
    const bool other_account = !kept.identity.account.empty() && !said.identity.account.empty() &&
                               kept.identity.account != said.identity.account;
    return kept.amount != said.amount || other_account;
}

Step<> review_difference(Session& s, const UnitScope& work, const domain::Settlement& kept,
                         const domain::Settlement& said) {
    wire::JsonWriter w;
    w.object().member("settlement_id", to_string(kept.id));
    w.member("transaction_id", kept.transaction_id)
        .member("webhook_id", to_string(said.webhook_id));
    w.member("says", kept.amount != said.amount ? "another amount" : "another account").end();
    co_await open_review_once(s, work, store::review_settlement_contradiction, kept.id.value,
                              std::move(w).text());
}

// What a match is built on stays as it was; what waits is decided by what is known now.
Step<> complete(Session& s, const UnitScope& work, SettlementId id, domain::Settlement said) {
    const auto seen = co_await store::find_settlement(s, work.tenant, id);
    if (!seen)
        co_return;
    store::Locks locks;
    add_settling_locks(locks, work.context, work.tenant, seen->identity);
    co_await s.lock(locks);
    const auto kept = co_await store::find_settlement(s, work.tenant, id);
    if (!kept)
        co_return;
    if (differs(*kept, said)) {
        co_await review_difference(s, work, *kept, said);
        co_return;
    }
    if (!kept->is_open())
        co_return;
    domain::Settlement whole = *kept;
    whole.webhook_id = said.webhook_id;
    whole.scheme = std::move(said.scheme);
    whole.reference = std::move(said.reference);
    whole.end_to_end_id = std::move(said.end_to_end_id);
    whole.account = std::move(said.account);
    whole.counterparty_name = std::move(said.counterparty_name);
    whole.counterparty_account = std::move(said.counterparty_account);
    whole.settled_at = said.settled_at;
    whole.identity = std::move(said.identity);
    co_await complete_waiting(s, work, *kept, std::move(whole));
}

Step<bool> was_purged(Session& s, const UnitScope& work, SettlementId id) {
    const auto purged =
        co_await store::find_purged(s, work.tenant, store::PurgedKind::settlement, id.value);
    co_return purged.has_value();
}

Step<bool> is_of_order(Session& s, const UnitScope& work, const Bank& bank,
                       const BankTransaction& transaction) {
    if (transaction.end_to_end_id.empty())
        co_return false;
    const auto order = co_await store::find_order_by_end_to_end_id(s, work.tenant, bank.id,
                                                                   transaction.end_to_end_id);
    co_return order.has_value();
}

// The money that came and that a debit names by its end-to-end id, as a return would: the query does not
// say that it is one. `account`: for a debit of which the query does not show the account.
Step<NamedByReturn> money_named(Session& s, const UnitScope& work,
                                const domain::SettlementFact& fact, std::string account = "") {
    domain::Reversal named = domain::reversal_from(fact, ReversalId{}, WebhookId{}, work.now);
    if (named.identity.end_to_end_id.empty())
        co_return NamedByReturn();
    named.identity.reference.clear(); // which the query may write in another way
    if (named.identity.account.empty())
        named.identity.account = std::move(account);
    NamedFinder finder(s, work);
    co_return co_await finder.find(named);
}

// The bank's clock and ours may differ by so much.
constexpr std::chrono::minutes clocks_differ_max{10};

// The settlement that a debit may return by the end-to-end id that its payer chose: one has an open return
// of ours that was asked for before, and no other money that came to that account has this id and amount.
Step<std::optional<SettlementId>> returned_by_id(Session& s, const UnitScope& work,
                                                 const Bank& bank,
                                                 const domain::SettlementFact& fact) {
    const auto rows = co_await store::open_returns_named(s, work.tenant, fact.end_to_end_id);
    if (rows.size() != 1 || rows.front().connector != bank.id)
        co_return std::nullopt;
    const ReturnRow& row = rows.front();
    const auto settlement = co_await store::find_settlement(s, work.tenant, row.settlement);
    if (!settlement ||
        fact.settled_at + std::chrono::microseconds(clocks_differ_max) < row.created_at)
        co_return std::nullopt;
    const NamedByReturn found = co_await money_named(s, work, fact, settlement->identity.account);
    const bool is_it = found.is_one() && found.settlements.front() == row.settlement;
    co_return is_it ? std::optional(row.settlement) : std::nullopt;
}

// The settlement that a debit of the same amount returns: it names our return, or the payment.
Step<std::optional<domain::Settlement>> returned_by(Session& s, const UnitScope& work,
                                                    const Bank& bank,
                                                    const BankTransaction& transaction) {
    const domain::SettlementFact fact = fact_of(work, transaction);
    auto id = co_await settlement_returned_by(s, work, fact);
    if (!id)
        id = co_await returned_by_id(s, work, bank, fact);
    auto settlement = id ? co_await store::find_settlement(s, work.tenant, *id) : std::nullopt;
    const bool is_its = settlement && settlement->amount == transaction.amount &&
                        settlement->status != domain::SettlementStatus::reversed;
    co_return is_its ? std::move(settlement) : std::nullopt;
}

Step<ShownAs> weigh_credit(Session& s, const UnitScope& work, const Bank& bank,
                           const BankTransaction& t) {
    const auto row =
        co_await store::find_bank_transaction(s, work.tenant, bank.id, t.transaction_id, true);
    if (row)
        co_return ShownAs::known;
    const auto movement =
        co_await store::find_movement_of(s, work.tenant, bank.id, t.transaction_id, true);
    if (movement)
        co_return ShownAs::known;
    const bool of_order = co_await is_of_order(s, work, bank, t);
    co_return of_order || DerivedIds::is_end_to_end_id(t.end_to_end_id) ? ShownAs::waiting
                                                                        : ShownAs::settlement;
}

Step<ShownAs> weigh_debit(Session& s, const UnitScope& work, const Bank& bank,
                          const BankTransaction& t) {
    const auto row =
        co_await store::find_bank_transaction(s, work.tenant, bank.id, t.transaction_id, false);
    if (row)
        co_return ShownAs::known;
    const bool of_order = co_await is_of_order(s, work, bank, t);
    const auto movement =
        co_await store::find_movement_of(s, work.tenant, bank.id, t.transaction_id, false);
    if (movement && (movement->subject_id != 0 || !of_order))
        co_return ShownAs::known;
    co_return of_order ? ShownAs::order : ShownAs::movement;
}

Step<> settle_found(Session& s, const UnitScope& work, const Bank& bank,
                    const domain::SettlementFact& fact) {
    auto settlement =
        domain::settlement_from(fact, work.context.ids.next<SettlementId>(), WebhookId{}, work.now);
    store::Locks locks;
    add_settling_locks(locks, work.context, work.tenant, settlement.identity);
    co_await s.lock(locks);
    const BankTransactionRow row{bank.id, fact.transaction_id, true, settlement.id.value, true};
    const bool is_new = co_await store::insert_bank_transaction(s, work.tenant, row);
    if (!is_new)
        co_return;
    const SettlementId id = settlement.id;
    co_await settle_new(s, work.context, work.tenant, std::move(settlement), work.now);
    co_await collect(s, work, bank.id, id);
}

Step<> return_found(Session& s, const UnitScope& work, const Bank& bank,
                    const domain::SettlementFact& fact, const domain::Settlement& settlement) {
    domain::Reversal reversal =
        domain::reversal_from(fact, work.context.ids.next<ReversalId>(), WebhookId{}, work.now);
    reversal.identity = settlement.identity; // the settlement that it names
    reversal.identity.at = fact.settled_at;
    reversal.settlement_id = settlement.id;
    store::Locks locks;
    add_settling_locks(locks, work.context, work.tenant, reversal.identity);
    co_await s.lock(locks);
    const BankTransactionRow row{bank.id, fact.transaction_id, false, reversal.id.value, true};
    const bool is_new = co_await store::insert_bank_transaction(s, work.tenant, row);
    if (is_new)
        co_await reverse_new(s, work.context, work.tenant, std::move(reversal), work.now);
}

Step<ShownAs> learn_credit(Session& s, const UnitScope& work, const Bank& bank,
                           const BankTransaction& t, bool count_only) {
    const ShownAs learnt = co_await weigh_credit(s, work, bank, t);
    if (count_only || learnt == ShownAs::known)
        co_return learnt;
    const domain::SettlementFact fact = fact_of(work, t);
    if (learnt == ShownAs::settlement) {
        co_await settle_found(s, work, bank, fact);
        co_return learnt;
    }
    const auto order =
        co_await store::find_order_by_end_to_end_id(s, work.tenant, bank.id, t.end_to_end_id);
    co_await keep_unclear_credit(s, work, bank, fact, order ? order->id : OrderId{});
    co_return learnt;
}

Step<ShownAs> learn_debit(Session& s, const UnitScope& work, const Bank& bank,
                          const BankTransaction& t, bool count_only) {
    const ShownAs learnt = co_await weigh_debit(s, work, bank, t);
    if (count_only || learnt == ShownAs::known)
        co_return learnt;
    if (learnt == ShownAs::order) {
        auto order =
            co_await store::find_order_by_end_to_end_id(s, work.tenant, bank.id, t.end_to_end_id);
        co_await debit_found(s, work, bank, *std::move(order), t);
        co_return learnt;
    }
    const domain::SettlementFact fact = fact_of(work, t);
    const auto settlement = co_await returned_by(s, work, bank, t);
    if (settlement) {
        co_await return_found(s, work, bank, fact, *settlement);
        co_return learnt;
    }
    const NamedByReturn named = co_await money_named(s, work, fact);
    co_await movement_found(s, work, bank, fact, !named.is_none());
    co_return learnt;
}

// The bank has the order's instruction and has not made the payment, or has refused it or a second one.
Step<ShownAs> learn_under_way(Session& s, const UnitScope& work, const Bank& bank,
                              const BankTransaction& t, bool count_only) {
    const bool of_order = !t.credit && co_await is_of_order(s, work, bank, t);
    if (!of_order || count_only)
        co_return ShownAs::under_way;
    auto order =
        co_await store::find_order_by_end_to_end_id(s, work.tenant, bank.id, t.end_to_end_id);
    const bool is_asked = order->call && !domain::is_final(order->status);
    if (t.is_rejected() && is_asked) // all that it shows under the id decides
        co_await ask_bank_soon(s, work, bank, *order);
    else if (!t.is_rejected())
        (void)co_await apply_news(s, work, bank, *std::move(order),
                                  {.fact = domain::OrderFact::taken, .source = "query"});
    co_return ShownAs::under_way;
}

} // namespace

Step<std::optional<SettlementId>> credit_reported(Session& s, const UnitScope& work,
                                                  ConnectorId connector,
                                                  const domain::Settlement& settlement) {
    if (settlement.transaction_id.empty())
        co_return settlement.id;
    const bool fits = co_await may_be_income(s, work, connector, settlement.transaction_id);
    if (!fits)
        co_return std::nullopt;
    const BankTransactionRow mine{connector, settlement.transaction_id, true, settlement.id.value,
                                  false};
    const bool is_new = co_await store::insert_bank_transaction(s, work.tenant, mine);
    if (is_new)
        co_return settlement.id;
    auto known = co_await store::find_bank_transaction(s, work.tenant, connector,
                                                       settlement.transaction_id, true);
    const bool is_purged = known && co_await was_purged(s, work, SettlementId{known->subject});
    if (!known || (!known->by_query && !is_purged))
        co_return settlement.id; // another webhook about it, with a key of its own
    known->by_query = false;
    co_await store::update_bank_transaction(s, work.tenant, *known);
    const SettlementId shown{known->subject};
    co_await complete(s, work, shown, settlement);
    co_return shown;
}

Step<bool> reversal_reported(Session& s, const UnitScope& work, ConnectorId connector,
                             const domain::Reversal& reversal) {
    if (reversal.transaction_id.empty())
        co_return true;
    const BankTransactionRow mine{connector, reversal.transaction_id, false, reversal.id.value,
                                  false};
    const bool is_new = co_await store::insert_bank_transaction(s, work.tenant, mine);
    if (is_new) {
        co_await explain_debit(s, work, connector, reversal.transaction_id, reversal.id.value);
        co_return true;
    }
    auto known = co_await store::find_bank_transaction(s, work.tenant, connector,
                                                       reversal.transaction_id, false);
    if (!known || !known->by_query)
        co_return true;
    known->by_query = false;
    co_await store::update_bank_transaction(s, work.tenant, *known);
    co_return false;
}

Step<ShownAs> learn_transaction(Session& s, const UnitScope& work, const Bank& bank,
                                const BankTransaction& transaction, bool count_only) {
    if (!transaction.is_settled())
        co_return co_await learn_under_way(s, work, bank, transaction, count_only);
    if (transaction.credit)
        co_return co_await learn_credit(s, work, bank, transaction, count_only);
    co_return co_await learn_debit(s, work, bank, transaction, count_only);
}

} // namespace settled::units
