#include "units/deliveries/dead_letters.h"

#include "domain/endpoint_event.h"
#include "store/queries/endpoint_states.h"
#include "store/queries/endpoints.h"
#include "units/deliveries/publish.h"

namespace settled::units {

namespace {

using store::EndpointState;
using store::Session;
using store::Step;

constexpr std::chrono::microseconds interval = std::chrono::minutes(1);

// Publishes what waits.
Step<> publish_dead(Session& s, const Context& context, EndpointState state, Instant now) {
    const std::int64_t version =
        co_await store::next_endpoint_version(s, state.tenant, state.endpoint);
    const domain::DeadDeliveries dead{state.endpoint, state.dead_task, state.dead_waiting,
                                      state.dead_cause};
    const auto event = domain::delivery_dead_event(context.ids.next<EventId>(), dead, version, now);
    state.dead_at = now;
    state.dead_waiting = 0;
    co_await store::put_endpoint_state(s, state);
    co_await publish_event(s, context, state.tenant, event);
}

} // namespace

Step<> note_dead(Session& s, const Context& context, const Attempt& a) {
    EndpointState state = co_await store::find_endpoint_state(s, a.tenant, a.endpoint);
    ++state.dead_waiting;
    state.dead_task = a.task;
    state.dead_cause = domain::outcome_token(a.result);
    if (state.dead_at + interval <= a.now) {
        co_await publish_dead(s, context, state, a.now);
        co_return;
    }
    co_await store::put_endpoint_state(s, state);
    const bool runs =
        co_await store::hold_queued(s, a.tenant, store::task_tell_dead, a.endpoint.value);
    if (!runs)
        co_await store::insert_task(s, a.tenant, context.ids.next<TaskId>(), store::task_tell_dead,
                                    a.endpoint.value, 0, state.dead_at + interval, a.now);
}

Step<> tell_dead(Session& s, const Context& context, store::TaskRow task, Instant now) {
    const EndpointId endpoint{task.subject_id};
    co_await s.lock({store::Lock::endpoints_shared(task.tenant),
                     store::Lock::endpoint_state(task.tenant, endpoint)});
    const bool is_mine = co_await store::update_task(
        s, task.tenant, task.id, domain::TaskStatus::done, task.attempts + 1, task.due_at, now);
    if (!is_mine)
        co_return;
    const EndpointState state = co_await store::find_endpoint_state(s, task.tenant, endpoint);
    if (state.dead_waiting > 0)
        co_await publish_dead(s, context, state, now);
}

} // namespace settled::units
