// How an endpoint fares is noted, and published to the tenant's other endpoints when it changes.
#pragma once

#include "domain/breaker.h"
#include "domain/endpoint_event.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"
#include "units/deliveries/record_attempt.h"

#include <string_view>

namespace settled::units {

struct HealthNoted {
    domain::EndpointHealth health;
    bool changed = false; // workers do something else from now on
};
// Under the lock on the endpoint's state.
store::Step<HealthNoted> note_health(store::Session& s, const Context& context,
                                     const Attempt& attempt);

// Nothing more is sent there: what is owed is cancelled, and what happens from now on is missed.
// Nothing is changed when it is disabled already. Under the lock on the tenant's endpoints and on the
// endpoint's state.
store::Step<> disable_endpoint(store::Session& s, const Context& context, TenantId tenant,
                               EndpointId endpoint, std::string_view reason, Instant now);
// It was disabled and is active again; the row is written by the caller. Under the same locks.
store::Step<> endpoint_enabled(store::Session& s, const Context& context, TenantId tenant,
                               EndpointId endpoint, Instant now);
// A person wants what waits to be tried now, whatever the breaker and Retry-After say. Under the
// lock on the endpoint's state.
store::Step<> try_now(store::Session& s, TenantId tenant, EndpointId endpoint, Instant now);

} // namespace settled::units
