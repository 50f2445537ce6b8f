#include "store/queries/money/nearest.h"

namespace settled::store {

namespace {

const Statement keep_near{"UPDATE settlement SET nearest = $3 WHERE tenant_id = $1 AND id = $2"};
const Statement find_near{"SELECT nearest FROM settlement WHERE tenant_id = $1 AND id = $2"};

} // namespace

Step<> keep_nearest(Session& s, TenantId tenant, SettlementId id, std::string nearest) {
    co_await s.send(keep_near, tenant, id, nearest);
}

Step<std::string> find_nearest(Session& s, TenantId tenant, SettlementId id) {
    const Rows rows = co_await s.run(find_near, tenant, id);
    co_return rows.empty() ? std::string() : rows.front().string(0);
}

} // namespace settled::store
