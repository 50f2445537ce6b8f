// The feed of changes (feeds.h): the seals read it, and who watches what people change.
#pragma once

#include "store/queries/changes.h"
#include "store/queries/feeds.h"

namespace settled::store {

// A further number of Feed: it is in the store.
inline constexpr Feed change_feed{8};

// Forward, in the order of the feed.
Step<FeedPage<ChangeRow>> changes_after(Session& s, TenantId tenant, FeedPlace after,
                                        std::size_t limit);

} // namespace settled::store
