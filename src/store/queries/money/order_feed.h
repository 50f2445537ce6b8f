// The feed of orders (feeds.h): those made since there is one.
#pragma once

#include "domain/order.h"
#include "store/queries/feeds.h"

namespace settled::store {

// A further number of Feed: it is in the store.
inline constexpr Feed order_feed{8};

// Forward, in the order of the feed.
Step<FeedPage<domain::Order>> orders_after(Session& s, TenantId tenant, FeedPlace after,
                                           std::size_t limit);

} // namespace settled::store
