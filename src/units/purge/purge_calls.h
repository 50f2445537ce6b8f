// Calls of orders, returns, links and postings go when what they were made for is final: no call of
// an order in doubt, and none of an active link. Other calls stay.
#pragma once

#include "store/queries/purges.h"
#include "store/queries/purging.h"
#include "units/purge/purge.h"

namespace settled::units {

store::Step<> purge_call(store::Session& s, const PurgeScope& scope, const store::OldCall& call,
                         store::PurgeCounts& counts);

} // namespace settled::units
