#include "units/webhooks/webhook_effects.h"

#include "domain/payment.h"
#include "store/queries/directory.h"
#include "store/queries/money/reviews.h"
#include "units/links/link.h"
#include "units/matching/reverse.h"
#include "units/matching/settle.h"
#include "units/orders/movement.h"
#include "units/orders/outcome.h"
#include "units/payments/register_payment.h"
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

// Money that went back, of whatever settlement.
std::optional<domain::Reversal> reversal_in(const Arrival& arrival) {
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

// Whether orders, links or returns of the connector may change.
bool concerns_calls(const domain::BankFact& fact) {
    const auto* settled = std::get_if<domain::SettlementFact>(&fact);
    return (settled != nullptr && (!settled->credit || settled->is_return)) ||
           std::holds_alternative<domain::AccountOpenedFact>(fact) ||
           std::holds_alternative<domain::AccountRefusedFact>(fact) ||
           std::holds_alternative<domain::PaymentOutcomeFact>(fact);
}

Step<> act_on(Session& s, const Context& context, const Arrival& arrival, WebhookId id,
              Movement movement) {
    const domain::BankFact& fact = arrival.webhook.fact;
    if (movement.settlement) {
        movement.settlement->id = context.ids.next<SettlementId>();
        movement.settlement->webhook_id = id;
        co_await settle_new(s, context, arrival.tenant, std::move(*movement.settlement),
                            arrival.received_at);
    } else if (movement.reversal) {
        movement.reversal->id = context.ids.next<ReversalId>();
        movement.reversal->webhook_id = id;
        co_await reverse_new(s, context, arrival.tenant, std::move(*movement.reversal),
                             arrival.received_at);
    } else if (const auto* account = std::get_if<domain::AccountOpenedFact>(&fact)) {
        co_await open_account(s, context, arrival, *account);
        (void)co_await link_opened(s, work_of(context, arrival), arrival.connector, id, *account);
    } else if (const auto* refused = std::get_if<domain::AccountRefusedFact>(&fact)) {
        (void)co_await link_refused(s, work_of(context, arrival), arrival.connector, id, *refused);
    } else if (const auto* outcome = std::get_if<domain::PaymentOutcomeFact>(&fact)) {
        (void)co_await accept_outcome(s, work_of(context, arrival), arrival.connector, id,
                                      *outcome);
    } else if (const auto* moved = movement_fact(fact)) {
        co_await accept_movement(s, work_of(context, arrival), arrival.connector, id, *moved);
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

Step<> review_conflict(Session& s, const Context& context, const Arrival& arrival, WebhookId first,
                       WebhookId other) {
    wire::JsonWriter w;
    w.object()
        .member("first_webhook_id", to_string(first))
        .member("other_webhook_id", to_string(other));
    w.member("other_payload_sha256", to_hex(arrival.webhook.payload_digest)).end();
    co_await open_review(s, context, arrival, store::review_webhook_conflict, first,
                         std::move(w).text());
}

Step<bool> conflict_is_known(Session& s, const Arrival& arrival, WebhookId first) {
    const std::string digest = to_hex(arrival.webhook.payload_digest);
    co_return co_await store::open_review_mentions(s, arrival.tenant, first.value, digest);
}

} // namespace settled::units
