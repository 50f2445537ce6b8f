#include "store/queries/feed_places.h"

namespace settled::store {

namespace {

const Statement highest_below{"SELECT position, id FROM feed_entry WHERE tenant_id = $1 AND feed = "
                              "$2 AND id < $3 ORDER BY id DESC LIMIT 1"};

} // namespace

Step<FeedPlace> place_below(Session& s, TenantId tenant, Feed feed, std::int64_t id) {
    const Rows rows = co_await s.run(highest_below, tenant, static_cast<std::int64_t>(feed), id);
    if (rows.empty())
        co_return FeedPlace{};
    co_return FeedPlace{rows.front().integer(0), rows.front().integer(1)};
}

} // namespace settled::store
