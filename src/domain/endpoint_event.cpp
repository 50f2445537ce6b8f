#include "domain/endpoint_event.h"

#include "domain/event_envelope.h"

namespace settled::domain {

using wire::JsonWriter;

Event endpoint_disabled_event(EventId id, EndpointId endpoint, std::int64_t version,
                              std::string_view reason, Instant now) {
    return make_event(id, endpoint_disabled, endpoint.value, version, now, [&](JsonWriter& w) {
        w.member("endpoint_id", to_string(endpoint)).member("reason", reason);
    });
}

Event endpoint_failing_event(EventId id, EndpointId endpoint, std::int64_t version,
                             std::string_view outcome, Instant failing_since, Instant now) {
    return make_event(id, endpoint_failing, endpoint.value, version, now, [&](JsonWriter& w) {
        w.member("endpoint_id", to_string(endpoint)).member("outcome", outcome);
        w.member("failing_since", wire::to_rfc3339(failing_since));
    });
}

Event endpoint_recovered_event(EventId id, EndpointId endpoint, std::int64_t version,
                               Instant down_since, Instant now) {
    return make_event(id, endpoint_recovered, endpoint.value, version, now, [&](JsonWriter& w) {
        w.member("endpoint_id", to_string(endpoint));
        w.member("down_since", wire::to_rfc3339(down_since));
    });
}

Event delivery_dead_event(EventId id, const DeadDeliveries& dead, std::int64_t version,
                          Instant now) {
    return make_event(id, delivery_dead, dead.endpoint.value, version, now, [&](JsonWriter& w) {
        w.member("endpoint_id", to_string(dead.endpoint));
        w.member("delivery_id", to_string(dead.delivery));
        w.member("count", dead.count).member("cause", dead.cause);
    });
}

} // namespace settled::domain
