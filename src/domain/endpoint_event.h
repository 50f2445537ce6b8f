// Events about endpoints: they are published to the tenant's other endpoints, and to those who poll.
#pragma once

#include "domain/event.h"

#include <cstdint>
#include <string_view>

namespace settled::domain {

// Why an endpoint was disabled: the partner answered 410 Gone, or a client asked for it.
inline constexpr std::string_view disabled_gone = "gone";
inline constexpr std::string_view disabled_by_request = "by_request";

// `version`: of the endpoint, with this event; the same below.
Event endpoint_disabled_event(EventId id, EndpointId endpoint, std::int64_t version,
                              std::string_view reason, Instant now);
// The breaker opened: attempts are held back, except for a probe now and then. `outcome`: of the last
// attempt.
Event endpoint_failing_event(EventId id, EndpointId endpoint, std::int64_t version,
                             std::string_view outcome, Instant failing_since, Instant now);
// The first success after that, or the endpoint was enabled again.
Event endpoint_recovered_event(EventId id, EndpointId endpoint, std::int64_t version,
                               Instant down_since, Instant now);
// Deliveries were given up, `count` since the last such event; `delivery` is the last of them.
struct DeadDeliveries {
    EndpointId endpoint;
    TaskId delivery;
    std::int64_t count = 1;
    std::string_view cause; // the outcome of its last attempt
};
Event delivery_dead_event(EventId id, const DeadDeliveries& dead, std::int64_t version,
                          Instant now);

} // namespace settled::domain
