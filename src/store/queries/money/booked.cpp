#include "store/queries/money/booked.h"

namespace settled::store {

namespace {

const Statement mark{"UPDATE settlement SET booked = $3 WHERE tenant_id = $1 AND id = $2"};

} // namespace

Step<> mark_booked(Session& s, TenantId tenant, SettlementId id, bool is_booked) {
    co_await s.send(mark, tenant, id, is_booked ? 1 : 0);
}

} // namespace settled::store
