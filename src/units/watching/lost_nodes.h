// A node was lost: said to those who look after the installation, in the tenant main.
#pragma once

#include "domain/operating_event.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

namespace settled::units {

// In the transaction that frees the node's number, and so once for each node that is lost.
store::Step<> publish_lost_node(store::Session& s, const Context& context, domain::LostNode node,
                                Instant now);

} // namespace settled::units
