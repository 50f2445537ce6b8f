// How much happened from one moment to another, by when the ids of the rows were minted: counted by
// indexes, up to a limit each. Reads only.
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <map>

namespace settled::store {

struct Span {
    Instant from;
    Instant to; // not included
};
Step<std::int64_t> count_webhooks_in(Session& s, TenantId tenant, Span span, std::int64_t most);
// Deliveries that were owed.
Step<std::int64_t> count_deliveries_in(Session& s, TenantId tenant, Span span, std::int64_t most);
// By their rank.
Step<std::map<std::int64_t, std::int64_t>> count_matches_in(Session& s, TenantId tenant, Span span,
                                                            std::int64_t most);

} // namespace settled::store
