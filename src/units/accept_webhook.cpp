#include "units/accept_webhook.h"

#include "base/iban.h"
#include "flow/payment.h"
#include "flow/settlement.h"
#include "store/directory.h"
#include "store/reviews.h"
#include "units/register_payment.h"
#include "units/reverse.h"
#include "units/settle.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace settled::units {

namespace {

using store::Session;
using store::Step;

constexpr std::string_view status_processed = "processed";
constexpr std::string_view status_archived = "archived";
constexpr std::string_view status_review = "review";

// Sources do not share keys; within one, the dialect says what makes two deliveries one event.
store::DedupeKey dedupe_key(const Arrival& arrival) {
    const crypto::Digest digest =
        crypto::sha256(fmt::format("{}:{}", arrival.source.value, arrival.webhook.dedupe_key));
    store::DedupeKey key;
    std::copy_n(digest.begin(), key.size(), key.begin());
    return key;
}

std::int64_t short_digest(const Arrival& arrival) {
    std::int64_t digest = 0;
    std::memcpy(&digest, arrival.webhook.payload_digest.data(), sizeof digest);
    return digest;
}

std::string_view status_of(const flow::BankFact& fact) {
    if (std::holds_alternative<flow::ArchivedFact>(fact))
        return status_archived;
    return std::holds_alternative<flow::UnreadableFact>(fact) ? status_review : status_processed;
}

Step<> keep(Session& s, const Arrival& arrival, WebhookId id, std::string_view suffix,
            std::string_view status) {
    const std::string composite = flow::composite_key(arrival.webhook);
    co_await store::insert_webhook(s,
                                   {arrival.tenant, id, arrival.source, arrival.webhook.type,
                                    composite, suffix, status, arrival.body, arrival.received_at});
}

Step<> open_review(Session& s, const Context& context, const Arrival& arrival,
                   std::string_view kind, WebhookId subject, std::string detail) {
    co_await store::insert_review(s, arrival.tenant,
                                  {context.ids.next<ReviewId>(), std::string(kind), subject.value,
                                   "open", std::move(detail), arrival.received_at, std::nullopt});
}

// The other body is kept beside the first, once for each time it differs from what is in review
// already.
Step<> keep_conflict(Session& s, const Context& context, const Arrival& arrival, WebhookId first) {
    const std::string digest = to_hex(arrival.webhook.payload_digest);
    const bool known = co_await store::open_review_mentions(s, arrival.tenant, first.value, digest);
    if (known)
        co_return;
    const auto second = context.ids.next<WebhookId>();
    co_await keep(s, arrival, second, arrival.webhook.suffix, status_review);
    wire::JsonWriter w;
    w.object()
        .member("first_webhook_id", to_string(first))
        .member("other_webhook_id", to_string(second));
    w.member("other_payload_sha256", digest).end();
    co_await open_review(s, context, arrival, store::review_webhook_conflict, first,
                         std::move(w).text());
}

// A further reversal of what was reversed before (the seed's -RETRY).
Step<std::string> suffix_of(Session& s, const Arrival& arrival) {
    if (arrival.webhook.suffix.empty())
        co_return std::string{};
    const bool again =
        co_await store::reversal_exists(s, arrival.tenant, flow::composite_key(arrival.webhook));
    co_return again ? "-RETRY" : arrival.webhook.suffix;
}

Step<> open_account(Session& s, const Context& context, const Arrival& arrival,
                    const flow::AccountOpenedFact& fact) {
    store::AccountRow account;
    account.tenant = arrival.tenant;
    account.id = context.ids.next<AccountId>();
    account.account_key = flow::account_key_of(fact.account);
    account.iban = fact.account.iban;
    account.name = fact.owner_name;
    account.external_id = fact.external_id;
    account.bank_account_id = fact.bank_account_id;
    account.created_at = arrival.received_at;
    (void)co_await store::insert_account(s, account); // known already: nothing to do
}

// A payment that was pushed. True: its id is registered with other content, which stays.
Step<bool> register_pushed(Session& s, const Context& context, const Arrival& arrival,
                           const flow::PaymentFact& fact) {
    const auto registration = std::make_shared<const Registration>(
        arrival.tenant, *fact.payment, arrival.received_at, arrival.wall);
    const auto registered = co_await register_payment(s, context, registration);
    co_return registered.kind == Registered::Kind::conflict;
}

// What is to be matched; nullopt when it is something else.
std::optional<flow::Settlement> settlement_in(const Arrival& arrival) {
    const auto* fact = std::get_if<flow::SettlementFact>(&arrival.webhook.fact);
    if (fact == nullptr || !flow::is_matchable(*fact))
        return std::nullopt;
    return flow::settlement_from(*fact, SettlementId{}, WebhookId{}, arrival.received_at);
}

// Money that went back, of whatever settlement.
std::optional<flow::Reversal> reversal_in(const Arrival& arrival) {
    const auto* fact = std::get_if<flow::SettlementFact>(&arrival.webhook.fact);
    if (fact == nullptr || !flow::is_reversal(*fact))
        return std::nullopt;
    return flow::reversal_from(*fact, ReversalId{}, WebhookId{}, arrival.received_at);
}

// What moves money, if the webhook is about that.
struct Movement {
    std::optional<flow::Settlement> settlement;
    std::optional<flow::Reversal> reversal;

    const match::Identity* identity() const {
        return settlement ? &settlement->identity : reversal ? &reversal->identity : nullptr;
    }
};

// Whoever else takes in the same event, reverses the same booking, or settles in the same block,
// waits.
store::Locks locks_of(const Context& context, const Arrival& arrival, const store::DedupeKey& key,
                      const Movement& movement) {
    std::int64_t dedupe = 0;
    std::memcpy(&dedupe, key.data(), sizeof dedupe);
    store::Locks locks{store::Lock::webhook(arrival.tenant, dedupe)};
    if (!arrival.webhook.suffix.empty())
        locks.add(store::Lock::reversal(arrival.tenant, flow::composite_key(arrival.webhook)));
    if (const match::Identity* const identity = movement.identity())
        add_settling_locks(locks, context, arrival.tenant, *identity);
    return locks;
}

Step<> act_on(Session& s, const Context& context, const Arrival& arrival, WebhookId id,
              Movement movement) {
    const flow::BankFact& fact = arrival.webhook.fact;
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
    } else if (const auto* account = std::get_if<flow::AccountOpenedFact>(&fact)) {
        co_await open_account(s, context, arrival, *account);
    } else if (const auto* unreadable = std::get_if<flow::UnreadableFact>(&fact)) {
        wire::JsonWriter w;
        w.object().member("reason", unreadable->reason).end();
        co_await open_review(s, context, arrival, store::review_webhook_unreadable, id,
                             std::move(w).text());
    }
}

} // namespace

std::string_view token(Accepted::Kind kind) {
    static constexpr std::array<std::string_view, 3> tokens{"stored", "duplicate", "conflict"};
    return tokens[static_cast<std::size_t>(kind)];
}

Step<Accepted> accept_webhook(Session& s, const Context& context,
                              std::shared_ptr<const Arrival> arrival) {
    const auto id = context.ids.next<WebhookId>();
    const store::DedupeKey key = dedupe_key(*arrival);
    Movement movement{settlement_in(*arrival), reversal_in(*arrival)};
    co_await s.lock(locks_of(context, *arrival, key, movement));
    const auto earlier =
        co_await store::claim_webhook_key(s, arrival->tenant, key, id, short_digest(*arrival));
    if (earlier && earlier->digest == short_digest(*arrival))
        co_return Accepted{Accepted::Kind::duplicate, earlier->id};
    if (earlier) {
        co_await keep_conflict(s, context, *arrival, earlier->id);
        co_return Accepted{Accepted::Kind::conflict, earlier->id};
    }
    const std::string suffix = co_await suffix_of(s, *arrival);
    bool payment_conflicts = false;
    if (const auto* pushed = std::get_if<flow::PaymentFact>(&arrival->webhook.fact))
        payment_conflicts = co_await register_pushed(s, context, *arrival, *pushed);
    co_await keep(s, *arrival, id, suffix,
                  payment_conflicts ? status_review : status_of(arrival->webhook.fact));
    co_await act_on(s, context, *arrival, id, std::move(movement));
    if (payment_conflicts) {
        wire::JsonWriter w;
        w.object().member("client_id", arrival->webhook.unique_id).end();
        co_await open_review(s, context, *arrival, store::review_payment_conflict, id,
                             std::move(w).text());
    }
    co_return Accepted{Accepted::Kind::stored, id};
}

} // namespace settled::units
