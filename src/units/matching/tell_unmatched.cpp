#include "units/matching/tell_unmatched.h"

#include "store/queries/events.h"
#include "store/queries/money/settlements.h"
#include "units/deliveries/publish.h"
#include "units/matching/settle.h"

namespace settled::units {

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
    const bool open = co_await store::update_task(s, task.tenant, task.id, domain::TaskStatus::done,
                                                  task.attempts + 1, task.due_at, now);
    if (!open)
        co_return false;
    const auto settlement =
        co_await store::find_settlement(s, task.tenant, SettlementId{task.subject_id});
    if (!settlement || settlement->status != domain::SettlementStatus::unmatched)
        co_return false;
    const std::string told =
        co_await store::type_told(s, task.tenant, settlement->id.value, settlement->version);
    if (told == domain::settlement_unmatched) // nothing has come up since
        co_return false;
    co_await store::update_settlement(s, task.tenant, settlement->id, settlement->status,
                                      settlement->version + 1);
    const auto event = domain::unmatched_event(context.ids.next<EventId>(), *settlement, now);
    co_await publish_event(s, context, task.tenant, event);
    co_return true;
}

} // namespace settled::units
