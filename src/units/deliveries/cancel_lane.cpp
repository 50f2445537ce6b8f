#include "units/deliveries/cancel_lane.h"

#include "store/queries/endpoints.h"
#include "units/notifications/notification.h"

namespace settled::units {

namespace {

constexpr std::size_t bite = 200; // rows: 1 to 2 ms of the writer

} // namespace

store::Step<> cancel_lane(store::Session& s, const Context& context, TenantId tenant,
                          EndpointId endpoint, Instant now) {
    const auto cancelled = co_await store::cancel_some(s, tenant, endpoint, bite, now);
    co_await notifications_moved(s, {context, tenant, now}, cancelled.notifications);
    if (cancelled.count == bite)
        co_await store::insert_task(s, tenant, context.ids.next<TaskId>(), store::task_cancel,
                                    endpoint.value, 0, now, now);
}

store::Step<> cancel_more(store::Session& s, const Context& context, store::TaskRow task,
                          Instant now) {
    co_await s.lock({store::Lock::endpoints(task.tenant)});
    const bool open = co_await store::update_task(s, task.tenant, task.id, domain::TaskStatus::done,
                                                  task.attempts + 1, task.due_at, now);
    if (!open)
        co_return;
    const EndpointId id{task.subject_id};
    const auto endpoint = co_await store::find_endpoint(s, task.tenant, id);
    if (endpoint && !store::is_owed(endpoint->status))
        co_await cancel_lane(s, context, task.tenant, id, now);
}

} // namespace settled::units
