#include "units/deliveries/redeliver.h"

#include "base/assert.h"
#include "store/queries/delivery_bodies.h"
#include "store/queries/events.h"
#include "units/notifications/notification.h"

#include <memory>
#include <utility>
#include <vector>

namespace settled::units {

namespace {

using store::Session;
using store::Step;
using store::TaskRow;
using store::Waits;

// So that it starts from memory, as a new delivery does.
Step<> note(Session& s, const TaskRow& task, const store::Requeued& queued, Instant now) {
    store::TaskNote made{
        task.tenant, task.id,         EndpointId{task.lane_id}, EventId{task.subject_id},
        nullptr,     queued.attempts, queued.claim.holder,      queued.claim.fence,
        nullptr,     queued.attempts, task.order_key,           now};
    auto own = co_await store::find_delivery_body(s, task.tenant, task.id);
    if (own) {
        made.head = std::make_shared<const std::string>(std::move(own->head));
        made.body = std::make_shared<const std::string>(std::move(own->body));
    } else {
        auto event = co_await store::find_event(s, task.tenant, made.event);
        SETTLED_ASSERT(event.has_value(), "a delivery's event is kept as long as the delivery");
        made.body = std::make_shared<const std::string>(std::move(event->body));
    }
    s.note(std::move(made));
}

// Where the endpoint keeps the order of subjects, what is queued already goes first.
Step<Waits> place_in_line(Session& s, const TaskRow& task) {
    if (task.order_key == 0)
        co_return Waits::nothing;
    const EndpointId endpoint{task.lane_id};
    co_await s.lock({store::Lock::subject_line(task.tenant, endpoint, task.order_key)});
    const auto first = co_await store::first_in_line(s, task.tenant, endpoint, task.order_key);
    co_return first && *first != task.id ? Waits::subject : Waits::nothing;
}

} // namespace

Step<bool> redeliver(Session& s, const Context& context, TaskRow task, Instant now, bool held) {
    if (task.batch) {
        const TenantId tenant = task.tenant;
        auto batch = co_await store::find_task(s, tenant, TaskId{task.batch.value});
        if (!batch) // it was purged with the delivery meanwhile
            co_return false;
        task = *std::move(batch);
    }
    const Waits waits = co_await place_in_line(s, task);
    const EndpointId endpoint{task.lane_id};
    const std::int64_t holder = held && waits == Waits::nothing ? context.holder_for(endpoint) : 0;
    const auto queued = co_await store::requeue_task(s, task.tenant, task.id, now, holder, waits);
    if (!queued)
        co_return false;
    std::vector<NotificationId> moved;
    if (task.kind == store::task_batch)
        moved = co_await store::requeue_members(s, task.tenant, BatchId{task.id.value}, now);
    if (queued->notification)
        moved.push_back(*queued->notification);
    if (holder != 0)
        co_await note(s, task, *queued, now);
    co_await notifications_moved(s, {context, task.tenant, now}, std::move(moved));
    co_return true;
}

} // namespace settled::units
