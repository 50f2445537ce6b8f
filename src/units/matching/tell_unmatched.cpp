#include "units/matching/tell_unmatched.h"

#include "domain/unmatched_event.h"
#include "store/queries/events.h"
#include "store/queries/money/nearest.h"
#include "store/queries/money/settlements.h"
#include "units/deliveries/publish.h"
#include "units/matching/settle.h"
#include "units/postings/collect.h"

namespace settled::units {

namespace {

// How long after one look the next is taken at money that is about to be booked on a loan.
constexpr auto booking_wait = std::chrono::minutes(1);

// The core banking system has not said yet whether it is booked. What waits for a person is not
// waited for.
bool is_being_booked(const store::PostingRow& repayment) {
    return repayment.status == domain::PostingStatus::queued ||
           repayment.status == domain::PostingStatus::in_doubt;
}

} // namespace

// True: the event was published now.
store::Step<bool> tell_unmatched(store::Session& s, const Context& context, store::TaskRow task,
                                 Instant now) {
    // Other units that settle in its block wait: the settlement's state and version are read after
    // that.
    const auto seen =
        co_await store::find_settlement(s, task.tenant, SettlementId{task.subject_id});
    if (seen) {
        store::Locks locks;
        add_settling_locks(locks, context, task.tenant, seen->identity);
        co_await s.lock(locks);
    }
    const auto repayment = co_await repayment_of(s, UnitScope{context, task.tenant, now},
                                                 SettlementId{task.subject_id});
    if (repayment && is_being_booked(*repayment)) {
        (void)co_await store::update_task(s, task.tenant, task.id, domain::TaskStatus::queued,
                                          task.attempts + 1, now + booking_wait, now);
        co_return false;
    }
    const bool open = co_await store::update_task(s, task.tenant, task.id, domain::TaskStatus::done,
                                                  task.attempts + 1, task.due_at, now);
    const bool is_booked = repayment && repayment->status == domain::PostingStatus::posted;
    if (!open || is_booked)
        co_return false;
    const auto settlement =
        co_await store::find_settlement(s, task.tenant, SettlementId{task.subject_id});
    if (!settlement || settlement->status != domain::SettlementStatus::unmatched)
        co_return false;
    const std::string told =
        co_await store::type_told(s, task.tenant, settlement->id.value, settlement->version);
    if (told == domain::settlement_unmatched) // nothing has come up since
        co_return false;
    co_await store::update_settlement(
        s, task.tenant, settlement->id,
        {settlement->status, settlement->status, settlement->version + 1});
    const std::string nearest = co_await store::find_nearest(s, task.tenant, settlement->id);
    const auto event =
        domain::unmatched_event_near(context.ids.next<EventId>(), *settlement, nearest, now);
    co_await publish_event(s, context, task.tenant, event);
    co_return true;
}

} // namespace settled::units
