#include "store/queries/money/booked.h"

#include "base/assert.h"
#include "store/money_sums.h"
#include "store/queries/money/identity_columns.h"
#include "store/queries/money/settlements.h"

#include <algorithm>

namespace settled::store {

namespace {

const Statement mark{
    "UPDATE settlement SET booked = $3 WHERE tenant_id = $1 AND id = $2 AND booked "
    "<> $3 RETURNING status, amount_minor, currency, received_at"};

const Statement list_ids{"SELECT id FROM settlement WHERE tenant_id = $1 AND id < $2 AND status = "
                         "'unmatched' AND booked = 0 ORDER BY id DESC LIMIT $3"};

} // namespace

Step<> mark_booked(Session& s, TenantId tenant, SettlementId id, bool is_booked) {
    const Rows marked = co_await s.run(mark, tenant, id, is_booked ? 1 : 0);
    if (marked.empty()) // it was so already
        co_return;
    const Row row = marked.front();
    const auto status = domain::settlement_status_named(row.text(0));
    SETTLED_ASSERT(status.has_value(), "the store holds a settlement status that is none");
    SettlementState state{*status, !is_booked, money_at(row, 1, 2), row.instant(3)};
    count_settlement(s, tenant, state, false);
    state.is_booked = is_booked;
    count_settlement(s, tenant, state, true);
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
