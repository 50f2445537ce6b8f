#include "units/keys/key_alarms.h"

#include "store/queries/calls.h"
#include "store/queries/endpoints.h"
#include "store/queries/filtered_lists.h"
#include "units/deliveries/publish.h"

#include <algorithm>
#include <limits>

namespace settled::units {

namespace {

using store::Session;
using store::Step;

// Connectors and endpoints have a version that rises with each event about them. Other subjects have events
// of keys alone: theirs is the second, or what follows on the newest, since the installation has several keys.
Step<std::int64_t> next_version(Session& s, TenantId tenant, const domain::KeySubject& key,
                                Instant now) {
    constexpr std::int64_t second_us = 1'000'000;
    if (key.use == "client_certificate")
        co_return co_await store::next_endpoint_version(s, tenant, EndpointId{key.id});
    if (key.connector.empty()) {
        const auto newest = co_await store::list_events_about(
            s, tenant, key.id, std::numeric_limits<std::int64_t>::max(), 1);
        const std::int64_t second = now.us / second_us;
        co_return newest.empty() ? second : std::max(second, newest.front().version + 1);
    }
    auto state = co_await store::find_connector_state(s, tenant, ConnectorId{key.id});
    ++state.version;
    co_await store::put_connector_state(s, state);
    co_return state.version;
}

Step<> take_locks(Session& s, TenantId tenant, const domain::KeySubject& key) {
    co_await s.lock(
        {store::Lock::calls(tenant, ConnectorId{key.id}), store::Lock::endpoints_shared(tenant)});
}

} // namespace

Step<bool> publish_key_end(Session& s, const Context& context, TenantId tenant,
                           const domain::KeySubject& key, Instant expires_at, Instant now) {
    const auto stage = domain::key_end_stage(expires_at, now);
    if (!stage)
        co_return false;
    co_await take_locks(s, tenant, key);
    const store::KeyEnd end{tenant, key.id, key.use, key.fingerprint, expires_at, *stage};
    const bool is_new = co_await store::note_key_end(s, end, now);
    if (!is_new)
        co_return false;
    const std::int64_t version = co_await next_version(s, tenant, key, now);
    co_await publish_event(
        s, context, tenant,
        domain::key_end_event(context.ids.next<EventId>(), key, expires_at, version, now));
    co_return true;
}

Step<bool> publish_key_away(Session& s, const Context& context, TenantId tenant,
                            const domain::KeySubject& key, Instant since, Instant now) {
    co_await take_locks(s, tenant, key);
    const bool is_new =
        co_await store::note_key_outage(s, {tenant, ConnectorId{key.id}, key.use, since, now});
    if (!is_new)
        co_return false;
    const std::int64_t version = co_await next_version(s, tenant, key, now);
    co_await publish_event(
        s, context, tenant,
        domain::key_unavailable_event(context.ids.next<EventId>(), key, since, version, now));
    co_return true;
}

Step<bool> publish_key_back(Session& s, const Context& context, const store::KeyOutage& outage,
                            const domain::KeySubject& key, Instant now) {
    co_await take_locks(s, outage.tenant, key);
    const bool is_over = co_await store::end_key_outage(s, outage);
    if (!is_over)
        co_return false;
    const std::int64_t version = co_await next_version(s, outage.tenant, key, now);
    co_await publish_event(
        s, context, outage.tenant,
        domain::key_recovered_event(context.ids.next<EventId>(), key, outage.since, version, now));
    co_return true;
}

} // namespace settled::units
