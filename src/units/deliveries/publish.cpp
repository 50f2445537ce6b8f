#include "units/deliveries/publish.h"

#include "store/queries/endpoints.h"
#include "store/queries/events.h"
#include "store/queries/tasks.h"

namespace settled::units {

namespace {

store::Step<TaskId> owe_delivery(store::Session& s, const Context& context, TenantId tenant,
                                 EndpointId endpoint, const domain::Event& event,
                                 std::shared_ptr<const std::string> body) {
    const auto task = context.ids.next<TaskId>();
    const std::int64_t holder = context.holder_for(endpoint);
    co_await store::insert_task(s, tenant, task, store::task_delivery, event.id.value,
                                endpoint.value, event.created_at, event.created_at, holder);
    if (holder != 0)
        s.note({tenant, task, endpoint, event.id, std::move(body), 0, holder, 1});
    co_return task;
}

} // namespace

store::Step<> publish_event(store::Session& s, const Context& context, TenantId tenant,
                            const domain::Event& event) {
    co_await s.lock({store::Lock::endpoints_shared(tenant)});
    co_await store::insert_event(s, tenant, event);
    const auto body = std::make_shared<const std::string>(event.body);
    const auto subscribers = co_await store::subscribers(s, tenant);
    for (const store::Subscriber& subscriber : subscribers)
        if (domain::wants(subscriber.events, event.type))
            (void)co_await owe_delivery(s, context, tenant, subscriber.id, event, body);
}

store::Step<TaskId> publish_to_endpoint(store::Session& s, const Context& context, TenantId tenant,
                                        EndpointId endpoint, const domain::Event& event) {
    co_await store::insert_event(s, tenant, event);
    co_return co_await owe_delivery(s, context, tenant, endpoint, event,
                                    std::make_shared<const std::string>(event.body));
}

} // namespace settled::units
