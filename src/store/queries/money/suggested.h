// Unmatched settlements for which a review suggests payments.
#pragma once

#include "domain/settlement.h"
#include "store/session.h"
#include "store/step.h"

#include <vector>

namespace settled::store {

// Newest first, below `before`.
Step<std::vector<domain::Settlement>> list_suggested(Session& s, TenantId tenant,
                                                     std::int64_t before, std::size_t limit);

} // namespace settled::store
