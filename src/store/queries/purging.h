// What a purge looks at and removes (units/purge/). Every search is bounded by an index and a limit,
// and every removal states again what makes the row final: a row that changed meanwhile stays.
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "domain/payment.h"
#include "domain/settlement.h"
#include "store/session.h"
#include "store/step.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

// A page of ids: those after `after` and before `end`, of the status where the kind has one.
struct PurgePage {
    std::string status = {};
    std::int64_t after = 0;
    std::int64_t end = 0;
    std::size_t limit = 0;
};

Step<std::vector<PaymentId>> payments_to_purge(Session& s, TenantId tenant, PurgePage page);

struct OldDelivery {
    TaskId id;
    std::string kind; // a delivery, or another task of an endpoint's lane
    std::int64_t subject = 0;
    EndpointId endpoint;
    std::string status;
    BatchId batch;
    Instant updated_at;
};
Step<std::vector<OldDelivery>> deliveries_to_purge(Session& s, TenantId tenant, PurgePage page);
Step<std::vector<OldDelivery>> deliveries_of_event(Session& s, TenantId tenant, EventId event,
                                                   std::size_t limit);
Step<bool> batch_has_members(Session& s, TenantId tenant, TaskId batch);
// With its attempts and its own bytes. False: it is not done or cancelled, or was changed at `until`
// or later.
Step<bool> delete_delivery(Session& s, TenantId tenant, TaskId id, Instant until);

struct OldEvent {
    EventId id;
    std::int64_t subject = 0;
    Instant created_at;
};
Step<std::vector<OldEvent>> events_to_purge(Session& s, TenantId tenant, PurgePage page);
// Whether the payment, settlement, order, return, posting, link or bank's Bacs item with that id is
// not final, or the notification that published the event is not complete.
Step<bool> has_open_subject(Session& s, TenantId tenant, std::int64_t subject, EventId event);
// A payment or settlement that is there.
Step<bool> is_money(Session& s, TenantId tenant, std::int64_t subject);
Step<> delete_event(Session& s, TenantId tenant, EventId id);

struct OldCall {
    CallId id;
    std::string purpose;
    std::int64_t subject = 0; // 0: the call carries several orders
    Instant updated_at;
};
Step<std::vector<OldCall>> calls_to_purge(Session& s, TenantId tenant, PurgePage page);
// Whether the order, return, posting or link with that id is final and was changed before `until`.
Step<bool> is_subject_final(Session& s, TenantId tenant, std::int64_t subject, Instant until);
// Whether a call about it waits, or was changed at `until` or later: the numbers of its calls go on
// where they are, so all of them go or none.
Step<bool> has_younger_call(Session& s, TenantId tenant, std::int64_t subject, Instant until);
// Whether an order that the call carries is not final, or was changed at `until` or later; also when
// it carries none.
Step<bool> carries_open_orders(Session& s, TenantId tenant, CallId call, Instant until);
Step<bool> delete_call(Session& s, TenantId tenant, CallId id, Instant until); // with its tries

Step<bool> has_open_review(Session& s, TenantId tenant, std::int64_t subject);
// A timer of it waits.
Step<bool> has_queued_task(Session& s, TenantId tenant, std::int64_t subject);
// A posting or return of the settlement is not final.
Step<bool> has_money_under_way(Session& s, TenantId tenant, SettlementId settlement);
// A delivery of an event about it is neither done nor cancelled, or the event was made at `until` or
// later.
Step<bool> has_open_delivery(Session& s, TenantId tenant, std::int64_t subject, Instant until);

// With their search words and the timers that they had.
Step<> delete_payment(Session& s, TenantId tenant, const domain::Payment& payment);
Step<> delete_settlement(Session& s, TenantId tenant, const domain::Settlement& settlement);
Step<> delete_match(Session& s, TenantId tenant, MatchId match); // with its end

} // namespace settled::store
