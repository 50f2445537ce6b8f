// Units that publish what a tenant must know of its keys, each event once for all nodes: the store keeps
// what was published.
#pragma once

#include "domain/key_event.h"
#include "store/queries/keys.h"
#include "units/context.h"

namespace settled::units {

// The end of a key comes near, or has come: published once for each stage (domain::key_end_stage). True: it
// was published now.
store::Step<bool> publish_key_end(store::Session& s, const Context& context, TenantId tenant,
                                  const domain::KeySubject& key, Instant expires_at, Instant now);

// A node cannot use a key of a connector, and has not for long enough to be published; called again while it
// lasts. True: it was published now.
store::Step<bool> publish_key_away(store::Session& s, const Context& context, TenantId tenant,
                                   const domain::KeySubject& key, Instant since, Instant now);

// No node has reported it since `outage.seen_at`. True: it was published now.
store::Step<bool> publish_key_back(store::Session& s, const Context& context,
                                   const store::KeyOutage& outage, const domain::KeySubject& key,
                                   Instant now);

} // namespace settled::units
