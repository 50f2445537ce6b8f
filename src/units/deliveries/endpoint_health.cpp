#include "units/deliveries/endpoint_health.h"

#include "store/queries/endpoint_states.h"
#include "store/queries/endpoints.h"
#include "units/deliveries/cancel_lane.h"
#include "units/deliveries/publish.h"

namespace settled::units {

using domain::HealthChange;
using store::EndpointState;
using store::Session;
using store::Step;

namespace {

Step<> publish_change(Session& s, const Context& context, const Attempt& a, HealthChange change,
                      const domain::EndpointHealth& before, const domain::EndpointHealth& now) {
    const auto id = context.ids.next<EventId>();
    const std::int64_t version = co_await store::next_endpoint_version(s, a.tenant, a.endpoint);
    if (change == HealthChange::opened) {
        const std::string outcome = domain::outcome_token(a.result);
        const auto event = domain::endpoint_failing_event(id, a.endpoint, version, outcome,
                                                          now.failing_since, a.now);
        co_await publish_event(s, context, a.tenant, event);
    } else {
        const auto event =
            domain::endpoint_recovered_event(id, a.endpoint, version, before.failing_since, a.now);
        co_await publish_event(s, context, a.tenant, event);
    }
}

} // namespace

Step<HealthNoted> note_health(Session& s, const Context& context, const Attempt& a) {
    EndpointState state = co_await store::find_endpoint_state(s, a.tenant, a.endpoint);
    const domain::EndpointHealth before = state.health;
    const HealthChange change =
        domain::is_success(a.result)
            ? domain::after_success(state.health, a.now)
            : domain::after_failure(state.health, {a.result, a.disposition.quiet_for, a.is_probe},
                                    a.now);
    if (state.health != before)
        co_await store::put_endpoint_state(s, state);
    HealthNoted noted{state.health, change != HealthChange::none ||
                                        state.health.quiet_until != before.quiet_until};
    if (change != HealthChange::none)
        co_await publish_change(s, context, a, change, before, state.health);
    if (noted.changed)
        co_await store::endpoints_changed(s);
    co_return noted;
}

Step<> disable_endpoint(Session& s, const Context& context, TenantId tenant, EndpointId id,
                        std::string_view reason, Instant now) {
    auto endpoint = co_await store::find_endpoint(s, tenant, id);
    if (!endpoint || !store::is_owed(endpoint->status))
        co_return;
    endpoint->status = store::endpoint_disabled;
    co_await store::update_endpoint(s, *endpoint);
    co_await cancel_lane(s, context, tenant, id, now);
    EndpointState state = co_await store::find_endpoint_state(s, tenant, id);
    if (state.missed_since.us == 0)
        state.missed_since = now;
    co_await store::put_endpoint_state(s, state);
    const std::int64_t version = co_await store::next_endpoint_version(s, tenant, id);
    const auto event =
        domain::endpoint_disabled_event(context.ids.next<EventId>(), id, version, reason, now);
    co_await publish_event(s, context, tenant, event);
}

Step<> endpoint_enabled(Session& s, const Context& context, TenantId tenant, EndpointId id,
                        Instant now) {
    EndpointState state = co_await store::find_endpoint_state(s, tenant, id);
    state.health = {};
    co_await store::put_endpoint_state(s, state);
    const std::int64_t version = co_await store::next_endpoint_version(s, tenant, id);
    const Instant since = state.missed_since.us == 0 ? now : state.missed_since;
    const auto event =
        domain::endpoint_recovered_event(context.ids.next<EventId>(), id, version, since, now);
    co_await publish_event(s, context, tenant, event);
}

Step<> try_now(Session& s, TenantId tenant, EndpointId endpoint, Instant now) {
    EndpointState state = co_await store::find_endpoint_state(s, tenant, endpoint);
    const EndpointState before = state;
    state.health.quiet_until = {};
    if (state.health.is_held())
        state.health.next_probe_at = std::min(state.health.next_probe_at, now);
    if (state == before)
        co_return;
    co_await store::put_endpoint_state(s, state);
    co_await store::endpoints_changed(s);
}

} // namespace settled::units
