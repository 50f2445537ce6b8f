// A connector that was failing works again: published once, after connector.failing.
#pragma once

#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

namespace settled::units {

// In the transaction that ends the failing; its lock of calls is held.
store::Step<> publish_recovered(store::Session& s, const Context& context, TenantId tenant,
                                ConnectorId connector, Instant now);

} // namespace settled::units
