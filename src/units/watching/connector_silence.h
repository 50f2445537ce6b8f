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

// Webhooks are released after their retention: of the time before, nothing is known where none is left.
Instant known_since(Instant created_at, int retention_days, Instant now);
// Since when a webhook has been missed: the last one's time, or known_since() where none is there. nullopt: none is
// missed. `expect_every`: one comes at least that often; 0: or not.
std::optional<Instant> missed_since(std::optional<Instant> last_webhook_at, Instant known_since,
                                    std::chrono::seconds expect_every, Instant now);

// The connectors of a tenant whose silence has begun or ended since it was last published. Reads only.
store::Step<std::vector<ConnectorId>> silence_changes(store::Session& s, TenantId tenant,
                                                      Instant now);
// Publishes what has changed of one, once on however many nodes it is called.
store::Step<> publish_silence(store::Session& s, const Context& context, TenantId tenant,
                              ConnectorId connector, Instant now);

} // namespace settled::units
