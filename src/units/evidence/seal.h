// Matches, their ends, the published events and what people changed are sealed into the tenant's hash chain
// (domain/seal.h) after all other work: no unit that makes a match waits for its seal.
// They are sealed in the order in which they were committed (store/queries/feeds.h), so no record
// enters a range that is sealed already, and clocks play no part in it.
#pragma once

#include "domain/seal.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>

namespace settled::units {

struct NextSeal {
    domain::Seal seal;
    bool more = false; // there may be more to do at once
};
// The next seal of the tenant, if there is anything to seal. Reads only rows that never change
// again, so that the writer need not wait for it: the seal is stored by a unit of its own
// (store::insert_seal). If two nodes seal at the same time, one fails there with
// constraint_violated.
store::Step<std::optional<NextSeal>> next_seal(store::Session& s, TenantId tenant, Instant now);

} // namespace settled::units
