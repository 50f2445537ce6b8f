// The effect of a webhook that is known to be new: when it arrives (accept_webhook.h), or when one
// that had no effect at first is read again (read_again.h). It has its effect once: callers hold
// the webhook's key (store/queries/inbox.h) under locks_of().
#pragma once

#include "domain/reversal.h"
#include "domain/settlement.h"
#include "store/lock.h"
#include "store/queries/inbox.h"
#include "units/context.h"
#include "units/webhooks/accept_webhook.h"

#include <optional>

namespace settled::units {

// Connectors do not share keys; within one, the dialect says what makes two deliveries one event.
store::DedupeKey dedupe_key(const Arrival& arrival);
std::int64_t short_digest(const domain::InboundWebhook& webhook);

// True: the webhook has an effect: money, an account or a payment.
bool has_effect(const domain::BankFact& fact);

// The movement of money, if the webhook reports one.
struct Movement {
    std::optional<domain::Settlement> settlement;
    std::optional<domain::Reversal> reversal;

    const match::MatchFields* identity() const {
        return settlement ? &settlement->identity : reversal ? &reversal->identity : nullptr;
    }
};
Movement movement_in(const Arrival& arrival);

// Other units that accept the same event, reverse the same booking, or settle in the same block,
// wait.
store::Locks locks_of(const Context& context, const Arrival& arrival, const store::DedupeKey& key,
                      const Movement& movement);

enum class RowIs : std::uint8_t {
    new_,  // the webhook's row is written
    there, // the row is there, as the webhook was read before: it is updated
};
store::Step<> take_effect(store::Session& s, const Context& context, const Arrival& arrival,
                          WebhookId id, Movement movement, RowIs row);

// The text of the review of an unreadable webhook.
std::string unreadable_detail(std::string_view reason);

// Opens a review: `other` has the key of `first` and another payload. Does nothing if it is open.
store::Step<> review_conflict(store::Session& s, const Context& context, const Arrival& arrival,
                              WebhookId first, WebhookId other);
// True: a webhook with such a payload is in review already.
store::Step<bool> conflict_is_known(store::Session& s, const Arrival& arrival, WebhookId first);

} // namespace settled::units
