#include "store/exports.h"

#include "store/matches.h"
#include "store/payments.h"
#include "store/settlements.h"

#include <chrono>
#include <utility>

namespace settled::store {

namespace {

// An id is minted after the arrival of what it names; clocks and leases may set it back a little.
constexpr auto id_slack = std::chrono::minutes(5);

const Statement ids{"SELECT id FROM settlement WHERE tenant_id = $1 AND id < $2 AND id >= $3 AND "
                    "received_at >= $4 AND received_at < $5 AND ($6 = '' OR status = $6) AND "
                    "($7 = '' OR c_account = $7) ORDER BY id DESC LIMIT $8"};

} // namespace

Step<std::vector<ExportRow>> list_exports(Session& s, TenantId tenant, ExportFilter filter,
                                          std::int64_t before, std::size_t limit) {
    const std::int64_t from = first_id_at(filter.since - id_slack);
    const Rows found =
        co_await s.run(ids, tenant, before, from, filter.since, filter.until, filter.status,
                       filter.account, static_cast<std::int64_t>(limit));
    std::vector<ExportRow> rows;
    for (std::size_t i = 0; i < found.size(); ++i) {
        ExportRow row;
        row.id = found[i].id<SettlementId>(0);
        auto settlement = co_await find_settlement(s, tenant, row.id);
        if (!settlement)
            continue;
        row.settlement = *std::move(settlement);
        const auto matches = co_await matches_of_settlement(s, tenant, row.id);
        if (!matches.empty())
            row.match = matches.back();
        if (row.match)
            row.payment = co_await find_payment(s, tenant, row.match->payment_id);
        rows.push_back(std::move(row));
    }
    co_return rows;
}

} // namespace settled::store
