// Connectors whose webhooks are missed, as it was published.
#pragma once

#include "base/clock.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>

namespace settled::store {

// nullopt: they are not missed, or nothing was published of it.
Step<std::optional<Instant>> published_silence(Session& s, TenantId tenant, ConnectorId connector);
// nullopt: the silence is over. Of a connector that has a state (calls.h).
Step<> put_published_silence(Session& s, TenantId tenant, ConnectorId connector,
                             std::optional<Instant> since);

} // namespace settled::store
