// Where a feed (feeds.h) is begun for a time.
#pragma once

#include "store/queries/feeds.h"

namespace settled::store {

// The place of the row with the highest id below this one; before the first where there is none.
Step<FeedPlace> place_below(Session& s, TenantId tenant, Feed feed, std::int64_t id);

} // namespace settled::store
