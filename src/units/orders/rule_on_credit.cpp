#include "units/orders/rule_on_credit.h"

#include "domain/facts.h"
#include "domain/settlement.h"
#include "store/queries/money/catch_ups.h"
#include "store/queries/money/movements.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/reviews.h"
#include "units/calls/bank.h"
#include "units/matching/settle.h"
#include "units/orders/order_state.h"
#include "units/postings/collect.h"

#include <algorithm>
#include <array>

namespace settled::units {

namespace {

using store::MovementRow;
using store::Session;
using store::Step;

constexpr std::array<std::string_view, 2> tokens{"came_back", "came_in"};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// As the movement keeps an account: an IBAN, sort code and number in one, or a BBAN.
domain::Party party_of(std::string name, const std::string& account) {
    domain::Party party;
    party.name = std::move(name);
    const bool digits = std::ranges::all_of(account, is_digit);
    if (account.size() == 14 && digits) {
        party.sort_code = account.substr(0, 6);
        party.account_number = account.substr(6);
    } else if (account.size() > 4 && is_digit(account[2]) && !is_digit(account[0])) {
        party.iban = account;
    } else {
        party.bban = account;
    }
    return party;
}

domain::SettlementFact fact_of(const MovementRow& row) {
    domain::SettlementFact fact;
    fact.transaction_id = row.transaction_id;
    fact.scheme = row.scheme;
    fact.amount = row.amount;
    fact.end_to_end_id = row.end_to_end_id;
    fact.account = party_of({}, row.account);
    fact.counterparty = party_of(row.counterparty_name, row.counterparty_account);
    fact.settled_at = row.settled_at;
    return fact;
}

Step<Result<>> came_in(Session& s, const UnitScope& work, const MovementRow& row) {
    auto settlement = domain::settlement_from(fact_of(row), work.context.ids.next<SettlementId>(),
                                              WebhookId{}, work.now);
    store::Locks locks;
    add_settling_locks(locks, work.context, work.tenant, settlement.identity);
    co_await s.lock(locks);
    const bool is_new = co_await store::insert_bank_transaction(
        s, work.tenant, {row.connector, row.transaction_id, true, settlement.id.value, true});
    if (!is_new)
        co_return fail(Code::state_conflict, "a webhook has said what it is");
    (void)co_await store::remove_unclear_movement(s, work.tenant, row.id);
    const SettlementId id = settlement.id;
    co_await settle_new(s, work.context, work.tenant, std::move(settlement), work.now);
    co_await collect(s, work, row.connector, id);
    co_return Result<>{};
}

Step<Result<>> came_back(Session& s, const UnitScope& work, MovementRow row,
                         const std::string& actor, const std::string& reason) {
    auto order = co_await store::find_order_by_end_to_end_id(s, work.tenant, row.connector,
                                                             row.end_to_end_id);
    const auto bank = co_await find_bank(s, work.tenant, row.connector);
    if (!order || !bank || order->amount != row.amount)
        co_return fail(Code::state_conflict, "no order has its end-to-end id and amount");
    const auto move = domain::next(order->status, domain::OrderFact::returned);
    if (move.step != domain::OrderStep::move)
        co_return fail(Code::state_conflict, "the order is " + std::string(token(order->status)) +
                                                 ": its money cannot come back now");
    row.is_return = true;
    row.subject_id = order->id.value;
    const bool is_there = co_await store::complete_movement(s, work.tenant, row.id, row);
    if (!is_there)
        co_return fail(Code::state_conflict, "a webhook has said what it is");
    (void)co_await apply_news(s, work, *bank, *std::move(order),
                              {.fact = domain::OrderFact::returned,
                               .reason = reason,
                               .advice = domain::Advice::review,
                               .returned_by = row.id,
                               .source = actor});
    co_return Result<>{};
}

} // namespace

std::string_view token(CreditRuling ruling) {
    return tokens[static_cast<std::size_t>(ruling)];
}

std::optional<CreditRuling> credit_ruling_named(std::string_view token) {
    const auto* const found = std::ranges::find(tokens, token);
    return found == tokens.end() ? std::nullopt
                                 : std::optional(static_cast<CreditRuling>(found - tokens.begin()));
}

Step<Result<>> rule_on_credit(Session& s, const Context& context, TenantId tenant,
                              SettlementId credit, CreditRuling ruling, std::string reason,
                              std::string actor, Instant now) {
    const UnitScope work{context, tenant, now};
    const auto seen = co_await store::find_movement(s, tenant, credit);
    if (!seen)
        co_return fail(Code::not_found, "there is no such credit any more");
    co_await s.lock({store::Lock::calls(tenant, seen->connector)});
    auto row = co_await store::find_movement(s, tenant, credit);
    const auto review =
        co_await store::find_open_review(s, tenant, store::review_credit_unclear, credit.value);
    if (!row || !review || row->webhook || row->is_return)
        co_return fail(Code::state_conflict, "a webhook has said what it is");
    if (ruling == CreditRuling::came_in) {
        CO_TRY_VOID(co_await came_in(s, work, *row));
    } else {
        CO_TRY_VOID(co_await came_back(s, work, *std::move(row), actor, reason));
    }
    (void)co_await store::decide_review(s, tenant, review->id, {token(ruling), reason, actor}, now);
    co_return Result<>{};
}

} // namespace settled::units
