#include "units/webhooks/accept_webhook.h"

#include "units/notifications/notification.h"
#include "units/webhooks/read_again.h"
#include "units/webhooks/webhook_effects.h"

#include <array>

namespace settled::units {

namespace {

using store::Session;
using store::Step;

// The other body is stored next to the first, once for each time it differs from what is in review
// already.
Step<> keep_conflict(Session& s, const Context& context, const Arrival& arrival, WebhookId first) {
    const bool known = co_await conflict_is_known(s, arrival, first);
    if (known)
        co_return;
    const auto second = context.ids.next<WebhookId>();
    const std::string composite = domain::composite_key(arrival.webhook);
    co_await store::insert_webhook(
        s, {arrival.tenant, second, arrival.connector, arrival.webhook.type, composite,
            arrival.webhook.suffix, store::webhook_in_review, arrival.body, arrival.received_at});
    co_await review_conflict(s, context, arrival, first, second);
}

// The key was claimed before.
Step<Accepted> come_again(Session& s, const Context& context,
                          std::shared_ptr<const Arrival> arrival, store::EarlierWebhook earlier) {
    Resent resent{false, earlier.digest};
    if (has_effect(arrival->webhook.fact))
        resent = co_await read_again_when_resent(s, context, arrival, earlier);
    if (resent.digest != short_digest(arrival->webhook)) {
        co_await keep_conflict(s, context, *arrival, earlier.id);
        co_return Accepted{Accepted::Kind::conflict, earlier.id};
    }
    if (std::holds_alternative<domain::NotificationFact>(arrival->webhook.fact) &&
        !resent.is_read_again)
        co_await notification_received_again(s, {context, arrival->tenant, arrival->received_at},
                                             earlier.id);
    co_return Accepted{
        resent.is_read_again ? Accepted::Kind::read_again : Accepted::Kind::duplicate, earlier.id};
}

} // namespace

std::string_view token(Accepted::Kind kind) {
    static constexpr std::array<std::string_view, accepted_kinds> tokens{"stored", "duplicate",
                                                                         "conflict", "read_again"};
    return tokens[static_cast<std::size_t>(kind)];
}

Step<Accepted> accept_webhook(Session& s, const Context& context,
                              std::shared_ptr<const Arrival> arrival) {
    const auto id = context.ids.next<WebhookId>();
    const store::DedupeKey key = dedupe_key(*arrival);
    Movement movement = movement_in(*arrival);
    co_await s.lock(locks_of(context, *arrival, key, movement));
    const std::int64_t digest = short_digest(arrival->webhook);
    const auto earlier = co_await store::claim_webhook_key(s, arrival->tenant, key, id, digest);
    if (earlier)
        co_return co_await come_again(s, context, arrival, *earlier);
    co_await take_effect(s, context, *arrival, id, std::move(movement), RowIs::new_);
    co_return Accepted{Accepted::Kind::stored, id};
}

} // namespace settled::units
