#include "units/webhooks/read_again.h"

#include "store/queries/money/reviews.h"
#include "units/webhooks/webhook_effects.h"

#include <array>
#include <utility>

namespace settled::units {

namespace {

using store::Session;
using store::Step;
using Outcome = ReadAgain::Outcome;

Step<> close_unreadable(Session& s, const Arrival& arrival,
                        const std::optional<store::ReviewRow>& review) {
    if (review)
        co_await store::close_review(s, arrival.tenant, review->id, arrival.received_at);
}

// It reads as a webhook whose key another one has.
Step<ReadAgain> follow_other(Session& s, const Context& context, const Rereading& rereading,
                             store::EarlierWebhook other,
                             const std::optional<store::ReviewRow>& review) {
    const Arrival& arrival = rereading.arrival;
    const domain::InboundWebhook& webhook = arrival.webhook;
    const bool is_same = other.digest == short_digest(webhook);
    const std::string_view status = is_same ? store::webhook_archived : store::webhook_in_review;
    const std::string composite = domain::composite_key(webhook);
    co_await store::update_webhook(s, arrival.tenant, rereading.id,
                                   {webhook.type, composite, webhook.suffix, status});
    co_await close_unreadable(s, arrival, review);
    if (is_same)
        co_return ReadAgain{Outcome::duplicate, "the same event is " + to_string(other.id)};
    const bool known = co_await conflict_is_known(s, arrival, other.id);
    if (!known)
        co_await review_conflict(s, context, arrival, other.id, rereading.id);
    co_return ReadAgain{Outcome::conflict,
                        to_string(other.id) + " is the same event with another payload"};
}

Step<ReadAgain> stay_unreadable(Session& s, const Rereading& rereading, std::string reason,
                                const std::optional<store::ReviewRow>& review) {
    const std::string detail = unreadable_detail(reason);
    if (review && review->detail != detail)
        co_await store::update_review_detail(s, rereading.arrival.tenant, review->id, detail);
    co_return ReadAgain{Outcome::unreadable, std::move(reason)};
}

std::string reason_of(const Rereading& rereading) {
    if (!rereading.trouble.empty())
        return rereading.trouble;
    const auto* unreadable = std::get_if<domain::UnreadableFact>(&rereading.arrival.webhook.fact);
    return unreadable == nullptr ? "" : unreadable->reason;
}

// It can be read, and its row says that it had no effect yet.
Step<ReadAgain> act(Session& s, const Context& context, const Rereading& rereading,
                    const store::DedupeKey& key, Movement movement,
                    const std::optional<store::ReviewRow>& review) {
    const Arrival& arrival = rereading.arrival;
    const std::int64_t digest = short_digest(arrival.webhook);
    const auto owner =
        co_await store::claim_webhook_key(s, arrival.tenant, key, rereading.id, digest);
    if (owner && owner->id != rereading.id)
        co_return co_await follow_other(s, context, rereading, *owner, review);
    if (owner && owner->digest != digest)
        co_await store::update_webhook_digest(s, arrival.tenant, key, digest);
    co_await take_effect(s, context, arrival, rereading.id, std::move(movement), RowIs::there);
    co_await close_unreadable(s, arrival, review);
    co_return ReadAgain{has_effect(arrival.webhook.fact) ? Outcome::processed : Outcome::archived,
                        ""};
}

Step<std::optional<store::ReviewRow>> find_unreadable(Session& s, TenantId tenant, WebhookId id) {
    co_return co_await store::find_open_review(s, tenant, store::review_webhook_unreadable,
                                               id.value);
}

// The unit of the resend: the earlier one as it reads now.
Arrival as_it_reads_now(const Arrival& arrival, domain::InboundWebhook webhook) {
    return {arrival.tenant,
            arrival.connector,
            std::move(webhook),
            {},
            arrival.received_at,
            arrival.wall,
            {}};
}

} // namespace

std::string_view token(Outcome outcome) {
    static constexpr std::array<std::string_view, read_again_outcomes> tokens{
        "processed", "processed_before", "archived", "unreadable",
        "duplicate", "conflict",         "decided"};
    return tokens[static_cast<std::size_t>(outcome)];
}

Step<std::optional<ReadAgain>> read_again(Session& s, const Context& context,
                                          std::shared_ptr<const Rereading> rereading) {
    const Arrival& arrival = rereading->arrival;
    const std::string trouble = reason_of(*rereading);
    const store::DedupeKey key = dedupe_key(arrival);
    Movement movement = movement_in(arrival);
    store::Locks locks;
    if (trouble.empty())
        locks = locks_of(context, arrival, key, movement);
    locks.add(store::Lock::webhook(arrival.tenant, rereading->id.value));
    co_await s.lock(locks);
    const auto status = co_await store::find_webhook_status(s, arrival.tenant, rereading->id);
    if (!status)
        co_return std::nullopt;
    if (*status == store::webhook_processed)
        co_return ReadAgain{Outcome::processed_before, ""};
    const auto review = co_await find_unreadable(s, arrival.tenant, rereading->id);
    const bool is_archived = *status == store::webhook_archived;
    const bool is_payment = std::holds_alternative<domain::PaymentFact>(arrival.webhook.fact);
    if (!is_archived && !review && (!rereading->is_meant || is_payment))
        co_return ReadAgain{Outcome::decided, "its review is closed, or of another kind"};
    if (!trouble.empty())
        co_return co_await stay_unreadable(s, *rereading, trouble, review);
    if (is_archived && !has_effect(arrival.webhook.fact))
        co_return ReadAgain{Outcome::archived, ""};
    co_return co_await act(s, context, *rereading, key, std::move(movement), review);
}

Step<Resent> read_again_when_resent(Session& s, const Context& context,
                                    std::shared_ptr<const Arrival> arrival,
                                    store::EarlierWebhook earlier) {
    const Resent as_before{false, earlier.digest};
    if (earlier.status == store::webhook_processed || earlier.status.empty())
        co_return as_before;
    co_await s.lock({store::Lock::webhook(arrival->tenant, earlier.id.value)});
    const auto status = co_await store::find_webhook_status(s, arrival->tenant, earlier.id);
    const auto review = co_await find_unreadable(s, arrival->tenant, earlier.id);
    if (!review && status != store::webhook_archived)
        co_return as_before; // a person has seen to it, or it is in review for something else
    Arrival now_read = as_it_reads_now(*arrival, arrival->webhook);
    if (earlier.digest != short_digest(arrival->webhook)) {
        // Another payload; or the same, of which another part counts now.
        const auto row = co_await store::find_webhook(s, arrival->tenant, earlier.id);
        auto read =
            row && arrival->read ? arrival->read(row->body) : fail(Code::webhook_unreadable, "");
        if (!read || !has_effect(read->fact) || read->dedupe_key != arrival->webhook.dedupe_key)
            co_return as_before;
        now_read.webhook = *std::move(read);
    }
    const store::DedupeKey key = dedupe_key(now_read);
    Movement movement = movement_in(now_read);
    co_await s.lock(locks_of(context, now_read, key, movement));
    const Rereading rereading{earlier.id, std::move(now_read), "", false};
    (void)co_await act(s, context, rereading, key, std::move(movement), review);
    co_return Resent{true, short_digest(rereading.arrival.webhook)};
}

} // namespace settled::units
