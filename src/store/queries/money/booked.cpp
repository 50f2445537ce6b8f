#include "store/queries/money/booked.h"

#include "store/queries/money/settlements.h"

#include <algorithm>

namespace settled::store {

namespace {

const Statement mark{"UPDATE settlement SET booked = $3 WHERE tenant_id = $1 AND id = $2"};

const Statement list_ids{"SELECT id FROM settlement WHERE tenant_id = $1 AND id < $2 AND status = "
                         "'unmatched' AND booked = 0 ORDER BY id DESC LIMIT $3"};

} // namespace

Step<> mark_booked(Session& s, TenantId tenant, SettlementId id, bool is_booked) {
    co_await s.send(mark, tenant, id, is_booked ? 1 : 0);
}

Step<std::vector<domain::Settlement>> list_waiting(Session& s, TenantId tenant, std::int64_t before,
                                                   std::size_t limit) {
    const Rows rows = co_await s.run(list_ids, tenant, before, static_cast<std::int64_t>(limit));
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < rows.size(); ++i)
        ids.push_back(rows[i].integer(0));
    auto settlements = co_await find_settlements(s, tenant, std::move(ids));
    std::ranges::reverse(settlements);
    co_return settlements;
}

} // namespace settled::store
