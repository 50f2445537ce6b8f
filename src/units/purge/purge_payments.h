// A payment goes with everything that was ever matched to it: its settlements, the other payments of
// those, and the matches between them, ended ones too. They go together or not at all.
//
// They go when each payment is settled, returned or cancelled, no settlement waits, all of it is
// older than the run's time, every match is sealed, and none has an open review, a timer, a delivery
// that is owed or dead, or a posting or return that is not final. A settlement without a payment
// never goes.
#pragma once

#include "store/queries/purges.h"
#include "units/purge/purge.h"

namespace settled::units {

// Counts what went, or that it was kept.
store::Step<> purge_payment(store::Session& s, const PurgeScope& scope, PaymentId id,
                            store::PurgeCounts& counts);

} // namespace settled::units
