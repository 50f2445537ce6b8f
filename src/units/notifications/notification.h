// What becomes of a platform's notification: received, its content fetched, passed to the endpoints
// that want it.
//
// Invariants:
//   1. It is acknowledged when it is stored, and nothing is fetched before that.
//   2. notification.received is published once: with the content when there is some, or at once when
//      there is nothing to fetch. A redelivery publishes nothing.
//   3. Content is asked for only below the connector's prefix, which is looked at when the call is made
//      and again when it is sent.
//   4. Its status follows from its content and its deliveries alone (domain/notification.h), and is
//      written with each of them, by one unit at a time.
// Source: docs/notifications-in.md.
#pragma once

#include "domain/facts.h"
#include "store/queries/calls.h"
#include "store/queries/notifications.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/calls/run_call.h"
#include "units/matching/pairing.h"

#include <optional>
#include <vector>

namespace settled::units {

inline NotificationId notification_of(WebhookId webhook) {
    return {webhook.value};
}

// It is new. Under Lock::calls of the connector.
store::Step<> accept_notification(store::Session& s, const UnitScope& work, ConnectorId connector,
                                  WebhookId webhook, std::string_view composite_key,
                                  const domain::NotificationFact& fact);
// The platform sent it again.
store::Step<> notification_received_again(store::Session& s, const UnitScope& work,
                                          WebhookId webhook);

// What came of a try of a call of a platform's connector: most fetch the content of a notification.
// Under Lock::calls of the connector.
store::Step<CallEnd> end_fetch(store::Session& s, const UnitScope& work, const Bank& connector,
                               store::CallRow call, const EndedTry& ended);

// An operator tests a platform's connector: the prefix itself is asked for once, with a token. Under
// Lock::calls of the connector.
store::Step<CallId> test_platform(store::Session& s, const UnitScope& work, const Bank& connector);

// Deliveries of their events have ended, or are queued again.
store::Step<> notifications_moved(store::Session& s, const UnitScope& work,
                                  std::vector<NotificationId> ids);

struct NotificationRetry {
    TenantId tenant;
    NotificationId id;
    std::optional<EndpointId> endpoint; // nullopt: all of it
    Instant now;
};
// What has failed gets its whole schedule again, at once; what is queued is due now; what is complete
// stays. Fails with not_found; state_conflict: all of it is complete.
store::Step<Result<store::NotificationRow>>
retry_notification(store::Session& s, const Context& context, NotificationRetry retry);

} // namespace settled::units
