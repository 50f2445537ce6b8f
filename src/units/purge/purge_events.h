// Deliveries and events.
//
// A delivery goes when it is done or cancelled. Its event stays, and is sent again under the same
// webhook-id where a person asks for that. A batch goes after its last member.
//
// An event goes, with its deliveries, when all of them are done or cancelled, a seal vouches for it,
// and what it is about is final.
#pragma once

#include "store/queries/purges.h"
#include "store/queries/purging.h"
#include "units/purge/purge.h"

namespace settled::units {

// Both are called under resend_lock().
store::Step<> purge_delivery(store::Session& s, const PurgeScope& scope,
                             const store::OldDelivery& delivery, store::PurgeCounts& counts);
store::Step<> purge_event(store::Session& s, const PurgeScope& scope, const store::OldEvent& event,
                          store::PurgeCounts& counts);

} // namespace settled::units
