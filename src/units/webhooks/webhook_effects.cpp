#include "units/webhooks/webhook_effects.h"

#include "domain/payment.h"
#include "store/queries/directory.h"
#include "store/queries/money/bacs.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/reviews.h"
#include "store/queries/money/settlements.h"
#include "units/bacs/bacs_news.h"
#include "units/catch_up/learnt.h"
#include "units/links/link.h"
#include "units/matching/reverse.h"
#include "units/matching/settle.h"
#include "units/notifications/notification.h"
#include "units/orders/movement.h"
#include "units/orders/outcome.h"
#include "units/payments/register_payment.h"
#include "units/postings/booking.h"
#include "units/postings/collect.h"
#include "units/returns/send_back.h"
#include "units/statements/bank_statement.h"
#include "wire/json_compare.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace settled::units {

namespace {

using store::Session;
using store::Step;

// Nothing follows from these yet: they are kept.
bool is_archived(const domain::BankFact& fact) {
    return std::holds_alternative<domain::ArchivedFact>(fact) ||
           std::holds_alternative<domain::AccountRefusedFact>(fact) ||
           std::holds_alternative<domain::CoreBankFact>(fact) ||
           std::holds_alternative<domain::PaymentOutcomeFact>(fact);
}

std::string_view status_of(const domain::BankFact& fact) {
    if (is_archived(fact))
        return store::webhook_archived;
    return std::holds_alternative<domain::UnreadableFact>(fact) ? store::webhook_in_review
                                                                : store::webhook_processed;
}

Step<> open_review(Session& s, const Context& context, const Arrival& arrival,
                   std::string_view kind, WebhookId subject, std::string detail) {
    co_await store::insert_review(s, arrival.tenant,
                                  {context.ids.next<ReviewId>(), std::string(kind), subject.value,
                                   "open", std::move(detail), arrival.received_at, std::nullopt});
}

// A further reversal of what was reversed before (the seed's -RETRY).
Step<std::string> suffix_of(Session& s, const Arrival& arrival, WebhookId id) {
    if (arrival.webhook.suffix.empty())
        co_return std::string{};
    const bool again = co_await store::reversal_exists(s, arrival.tenant,
                                                       domain::composite_key(arrival.webhook), id);
    co_return again ? "-RETRY" : arrival.webhook.suffix;
}

Step<> open_account(Session& s, const Context& context, const Arrival& arrival,
                    const domain::AccountOpenedFact& fact) {
    store::AccountRow account;
    account.tenant = arrival.tenant;
    account.id = context.ids.next<AccountId>();
    account.account_key = domain::account_key_of(fact.account);
    account.iban = fact.account.iban;
    account.name = fact.owner_name;
    account.external_id = fact.external_id;
    account.bank_account_id = fact.bank_account_id;
    account.created_at = arrival.received_at;
    (void)co_await store::insert_account(s, account); // known already: nothing to do
}

// A payment that was pushed. True: its id is registered with other content, which stays.
Step<bool> register_pushed(Session& s, const Context& context, const Arrival& arrival,
                           const domain::PaymentFact& fact) {
    const auto registration = std::make_shared<const Registration>(
        arrival.tenant, *fact.payment, arrival.received_at, arrival.wall);
    const auto registered = co_await register_payment(s, context, registration);
    co_return registered.kind == Registered::Kind::conflict;
}

// What is to be matched; nullopt when it is something else.
std::optional<domain::Settlement> settlement_in(const Arrival& arrival) {
    const auto* fact = std::get_if<domain::SettlementFact>(&arrival.webhook.fact);
    if (fact == nullptr || !domain::is_matchable(*fact))
        return std::nullopt;
    return domain::settlement_from(*fact, SettlementId{}, WebhookId{}, arrival.received_at);
}

// The bank sends a Bacs credit back: which one, its item says.
std::optional<domain::Reversal> bacs_reversal_in(const Arrival& arrival) {
    const auto* bacs = std::get_if<domain::BacsFact>(&arrival.webhook.fact);
    if (bacs == nullptr || bacs->subject != domain::BacsSubject::credit ||
        bacs->status != domain::BacsStatus::returned)
        return std::nullopt;
    domain::SettlementFact fact;
    fact.transaction_id = bacs->returned_by;
    fact.amount = bacs->amount;
    fact.account = bacs->account;
    fact.return_reason = bacs->reason_code;
    fact.uetr = bacs->returned_by;
    fact.settled_at = arrival.received_at;
    return domain::reversal_from(fact, ReversalId{}, WebhookId{}, arrival.received_at);
}

// Money that went back, of whatever settlement.
std::optional<domain::Reversal> reversal_in(const Arrival& arrival) {
    if (auto bacs = bacs_reversal_in(arrival))
        return bacs;
    const auto* fact = std::get_if<domain::SettlementFact>(&arrival.webhook.fact);
    if (fact == nullptr || !domain::is_reversal(*fact))
        return std::nullopt;
    return domain::reversal_from(*fact, ReversalId{}, WebhookId{}, arrival.received_at);
}

Step<> write_row(Session& s, const Arrival& arrival, WebhookId id, std::string suffix,
                 std::string_view status, RowIs row) {
    const std::string composite = domain::composite_key(arrival.webhook);
    if (row == RowIs::there)
        co_await store::update_webhook(s, arrival.tenant, id,
                                       {arrival.webhook.type, composite, suffix, status});
    else
        co_await store::insert_webhook(s, {arrival.tenant, id, arrival.connector,
                                           arrival.webhook.type, composite, suffix, status,
                                           arrival.body, arrival.received_at});
}

UnitScope work_of(const Context& context, const Arrival& arrival) {
    return {context, arrival.tenant, arrival.received_at};
}

// Money that left, or came back to us; nullptr when the webhook is about something else.
const domain::SettlementFact* movement_fact(const domain::BankFact& fact) {
    const auto* settled = std::get_if<domain::SettlementFact>(&fact);
    return settled != nullptr && is_movement(*settled) ? settled : nullptr;
}

Step<SettlementId> named_by_our_return(Session& s, const Context& context, const Arrival& arrival) {
    const auto* settled = std::get_if<domain::SettlementFact>(&arrival.webhook.fact);
    std::optional<SettlementId> named;
    if (settled != nullptr)
        named = co_await settlement_returned_by(s, work_of(context, arrival), *settled);
    co_return named.value_or(SettlementId{});
}

// Whether calls, orders, links or returns of the connector may change.
bool concerns_calls(const domain::BankFact& fact) {
    const auto* settled = std::get_if<domain::SettlementFact>(&fact);
    return (settled != nullptr &&
            (!settled->credit || settled->is_return || !settled->bacs_id.empty())) ||
           std::holds_alternative<domain::BacsFact>(fact) ||
           std::holds_alternative<domain::AccountOpenedFact>(fact) ||
           std::holds_alternative<domain::AccountRefusedFact>(fact) ||
           std::holds_alternative<domain::CoreBankFact>(fact) ||
           std::holds_alternative<domain::PaymentOutcomeFact>(fact) ||
           std::holds_alternative<domain::StatementReadyFact>(fact) ||
           std::holds_alternative<domain::NotificationFact>(fact);
}

// The debit of a Bacs credit that went back, of which the webhook that names the original came first.
Step<bool> is_known_bacs_return(Session& s, const UnitScope& work, ConnectorId connector,
                                WebhookId webhook, const domain::SettlementFact& fact) {
    if (fact.bacs_id.empty())
        co_return false;
    const auto item =
        co_await store::find_bacs_item_returned_by(s, work.tenant, connector, fact.bacs_id);
    if (item)
        co_await store::add_subject_webhook(s, work.tenant, item->id.value, webhook);
    co_return item.has_value();
}

// Unless the bank's query has shown it before.
Step<> reverse_reported(Session& s, const Context& context, const Arrival& arrival,
                        domain::Reversal reversal) {
    const bool is_new =
        co_await reversal_reported(s, work_of(context, arrival), arrival.connector, reversal);
    if (is_new)
        co_await reverse_new(s, context, arrival.tenant, std::move(reversal), arrival.received_at);
}

// By Bacs it may have been sent back before it is known here.
Step<> act_on_settlement(Session& s, const Context& context, const Arrival& arrival, WebhookId id,
                         domain::Settlement settlement) {
    settlement.id = context.ids.next<SettlementId>();
    settlement.webhook_id = id;
    const UnitScope work = work_of(context, arrival);
    const auto& fact = std::get<domain::SettlementFact>(arrival.webhook.fact);
    const auto reported = co_await credit_reported(s, work, arrival.connector, settlement);
    if (!reported)
        co_return;
    const SettlementId settled = *reported;
    if (settled == settlement.id)
        co_await settle_new(s, context, arrival.tenant, std::move(settlement), arrival.received_at);
    const auto returned =
        co_await bacs_credit_settled(s, work, arrival.connector, id, fact, settled);
    if (!returned) {
        co_await collect(s, work, arrival.connector, settled);
        co_return;
    }
    domain::SettlementFact back = fact;
    back.transaction_id = returned->returned_by;
    back.return_reason = returned->reason_code;
    auto reversal =
        domain::reversal_from(back, context.ids.next<ReversalId>(), id, arrival.received_at);
    reversal.settlement_id = settled;
    co_await reverse_reported(s, context, arrival, std::move(reversal));
}

// A return by Bacs is reported twice: with the original's id, and as a debit with an id of its own.
Step<> act_on_reversal(Session& s, const Context& context, const Arrival& arrival, WebhookId id,
                       domain::Reversal reversal) {
    const UnitScope work = work_of(context, arrival);
    reversal.id = context.ids.next<ReversalId>();
    reversal.webhook_id = id;
    if (const auto* bacs = std::get_if<domain::BacsFact>(&arrival.webhook.fact)) {
        const auto item = co_await accept_bacs(s, work, arrival.connector, id, *bacs);
        co_await drop_waiting_return(s, work, reversal.identity, item.settlement);
        reversal.settlement_id = item.settlement;
        if (item.status != domain::BacsStatus::returned || item.settlement.value == 0)
            co_return; // its settlement has not come; if it does, it goes back
    } else {
        const auto& fact = std::get<domain::SettlementFact>(arrival.webhook.fact);
        const bool known = co_await is_known_bacs_return(s, work, arrival.connector, id, fact);
        if (known)
            co_return;
        reversal.settlement_id = co_await named_by_our_return(s, context, arrival);
    }
    co_await reverse_reported(s, context, arrival, std::move(reversal));
}

// A debit that does not say that it is a return, as one by CHAPS need not, and names a return of ours by
// the id that we gave it. False: it names none of that amount.
Step<bool> act_on_named_return(Session& s, const Context& context, const Arrival& arrival,
                               WebhookId id, const domain::SettlementFact& debit) {
    const UnitScope work = work_of(context, arrival);
    const auto named = co_await settlement_returned_by(s, work, debit);
    const auto settlement =
        named ? co_await store::find_settlement(s, work.tenant, *named) : std::nullopt;
    if (debit.credit || !settlement || settlement->amount != debit.amount)
        co_return false;
    domain::Reversal reversal =
        domain::reversal_from(debit, context.ids.next<ReversalId>(), id, arrival.received_at);
    reversal.settlement_id = *named;
    store::Locks locks;
    add_settling_locks(locks, context, work.tenant, settlement->identity);
    co_await s.lock(locks);
    co_await reverse_reported(s, context, arrival, std::move(reversal));
    co_return true;
}

Step<> act_on_movement(Session& s, const Context& context, const Arrival& arrival, WebhookId id,
                       const domain::SettlementFact& fact) {
    const bool is_return = co_await act_on_named_return(s, context, arrival, id, fact);
    if (!is_return)
        co_await accept_movement(s, work_of(context, arrival), arrival.connector, id, fact);
}

Step<> act_on(Session& s, const Context& context, const Arrival& arrival, WebhookId id,
              Movement movement) {
    const domain::BankFact& fact = arrival.webhook.fact;
    if (movement.settlement) {
        co_await act_on_settlement(s, context, arrival, id, std::move(*movement.settlement));
    } else if (movement.reversal) {
        co_await act_on_reversal(s, context, arrival, id, std::move(*movement.reversal));
    } else if (const auto* bacs = std::get_if<domain::BacsFact>(&fact)) {
        (void)co_await accept_bacs(s, work_of(context, arrival), arrival.connector, id, *bacs);
    } else if (const auto* account = std::get_if<domain::AccountOpenedFact>(&fact)) {
        co_await open_account(s, context, arrival, *account);
        (void)co_await link_opened(s, work_of(context, arrival), arrival.connector, id, *account);
    } else if (const auto* refused = std::get_if<domain::AccountRefusedFact>(&fact)) {
        (void)co_await link_refused(s, work_of(context, arrival), arrival.connector, id, *refused);
    } else if (const auto* outcome = std::get_if<domain::PaymentOutcomeFact>(&fact)) {
        (void)co_await accept_outcome(s, work_of(context, arrival), arrival.connector, id,
                                      *outcome);
    } else if (const auto* core = std::get_if<domain::CoreBankFact>(&fact)) {
        co_await accept_core_fact(s, work_of(context, arrival), arrival.connector, id, *core);
    } else if (const auto* ready = std::get_if<domain::StatementReadyFact>(&fact)) {
        co_await statement_ready(s, work_of(context, arrival), arrival.connector, *ready);
    } else if (const auto* notification = std::get_if<domain::NotificationFact>(&fact)) {
        co_await accept_notification(s, work_of(context, arrival), arrival.connector, id,
                                     domain::composite_key(arrival.webhook), *notification);
    } else if (const auto* moved = movement_fact(fact)) {
        co_await act_on_movement(s, context, arrival, id, *moved);
    } else if (const auto* unreadable = std::get_if<domain::UnreadableFact>(&fact)) {
        co_await open_review(s, context, arrival, store::review_webhook_unreadable, id,
                             unreadable_detail(unreadable->reason));
    }
}

} // namespace

store::DedupeKey dedupe_key(const Arrival& arrival) {
    const crypto::Digest digest =
        crypto::sha256(fmt::format("{}:{}", arrival.connector.value, arrival.webhook.dedupe_key));
    store::DedupeKey key;
    std::copy_n(digest.begin(), key.size(), key.begin());
    return key;
}

std::int64_t short_digest(const domain::InboundWebhook& webhook) {
    std::int64_t digest = 0;
    std::memcpy(&digest, webhook.payload_digest.data(), sizeof digest);
    return digest;
}

bool has_effect(const domain::BankFact& fact) {
    return status_of(fact) == store::webhook_processed;
}

Movement movement_in(const Arrival& arrival) {
    return {settlement_in(arrival), reversal_in(arrival)};
}

store::Locks locks_of(const Context& context, const Arrival& arrival, const store::DedupeKey& key,
                      const Movement& movement) {
    std::int64_t dedupe = 0;
    std::memcpy(&dedupe, key.data(), sizeof dedupe);
    store::Locks locks{store::Lock::webhook(arrival.tenant, dedupe)};
    if (!arrival.webhook.suffix.empty())
        locks.add(store::Lock::reversal(arrival.tenant, domain::composite_key(arrival.webhook)));
    if (concerns_calls(arrival.webhook.fact))
        locks.add(store::Lock::calls(arrival.tenant, arrival.connector));
    if (const match::MatchFields* const identity = movement.identity())
        add_settling_locks(locks, context, arrival.tenant, *identity);
    if (movement.settlement) // it belongs to a loan, perhaps
        locks.add(
            store::Lock::link_of_shared(arrival.tenant, movement.settlement->identity.account));
    return locks;
}

Step<> take_effect(Session& s, const Context& context, const Arrival& arrival, WebhookId id,
                   Movement movement, RowIs row) {
    std::string suffix = co_await suffix_of(s, arrival, id);
    bool payment_conflicts = false;
    if (const auto* pushed = std::get_if<domain::PaymentFact>(&arrival.webhook.fact))
        payment_conflicts = co_await register_pushed(s, context, arrival, *pushed);
    const std::string_view status =
        payment_conflicts ? store::webhook_in_review : status_of(arrival.webhook.fact);
    co_await write_row(s, arrival, id, std::move(suffix), status, row);
    co_await act_on(s, context, arrival, id, std::move(movement));
    if (payment_conflicts) {
        wire::JsonWriter w;
        w.object().member("client_id", arrival.webhook.unique_id).end();
        co_await open_review(s, context, arrival, store::review_payment_conflict, id,
                             std::move(w).text());
    }
}

std::string unreadable_detail(std::string_view reason) {
    wire::JsonWriter w;
    w.object().member("reason", reason).end();
    return std::move(w).text();
}

bool is_of_money(std::string name) {
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return name.contains("amount") || name.contains("currency");
}

// Members that differ between the two bodies, those of money first; empty where either is no JSON.
std::vector<std::string> differences_between(std::string_view first, std::string_view other) {
    constexpr std::size_t compared_max = 1'000; // of which the first by name are shown
    constexpr std::size_t shown_max = 20;
    const auto one = wire::JsonDocument::parse(first);
    const auto two = wire::JsonDocument::parse(other);
    if (!one || !two)
        return {};
    auto members = wire::differing_members(one->root(), two->root(), compared_max);
    std::ranges::sort(members, [](const std::string& a, const std::string& b) {
        return std::pair(!is_of_money(a), a) < std::pair(!is_of_money(b), b);
    });
    members.resize(std::min(members.size(), shown_max));
    return members;
}

Step<> review_conflict(Session& s, const Context& context, const Arrival& arrival, WebhookId first,
                       WebhookId other) {
    const auto row = co_await store::find_webhook(s, arrival.tenant, first);
    wire::JsonWriter w;
    w.object()
        .member("first_webhook_id", to_string(first))
        .member("other_webhook_id", to_string(other));
    w.member("other_payload_sha256", to_hex(arrival.webhook.payload_digest));
    w.key("differs").array();
    for (const std::string& member : differences_between(row ? row->body : "", arrival.body))
        w.value(member);
    w.end().end();
    co_await open_review(s, context, arrival, store::review_webhook_conflict, first,
                         std::move(w).text());
}

Step<bool> conflict_is_known(Session& s, const Arrival& arrival, WebhookId first) {
    const std::string digest = to_hex(arrival.webhook.payload_digest);
    co_return co_await store::open_review_mentions(s, arrival.tenant, first.value, digest);
}

} // namespace settled::units
