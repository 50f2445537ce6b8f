// Connectors whose webhooks are missed: published once when it begins and once when a webhook comes again. Only those
// that say how often a webhook is expected: a quiet night is no fault.
#pragma once

#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

#include <chrono>
#include <optional>
#include <vector>

namespace settled::units {

// Since when a webhook has been missed: the last one's time, or the connector's where none came yet. nullopt: none is
// missed. `expect_every`: one comes at least that often; 0: or not.
std::optional<Instant> missed_since(std::optional<Instant> last_webhook_at, Instant created_at,
                                    std::chrono::seconds expect_every, Instant now);

// The connectors of a tenant whose silence has begun or ended since it was last published. Reads only.
store::Step<std::vector<ConnectorId>> silence_changes(store::Session& s, TenantId tenant,
                                                      Instant now);
// Publishes what has changed of one, once on however many nodes it is called.
store::Step<> publish_silence(store::Session& s, const Context& context, TenantId tenant,
                              ConnectorId connector, Instant now);

} // namespace settled::units
