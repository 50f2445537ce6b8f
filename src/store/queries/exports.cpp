#include "store/queries/exports.h"

#include "store/merged.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/settlements.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace settled::store {

namespace {

// An id is minted after the arrival of what it names; clocks and leases may set it back a little.
constexpr std::chrono::microseconds id_slack = std::chrono::minutes(5);

// What an id rules out is not looked at; of what is left, what arrived a little before or after.
#define RECEIVED                                                                                   \
    "SELECT id FROM settlement WHERE tenant_id = $1 AND id < $2 AND id >= $3 AND received_at >= "  \
    "$4 AND received_at < $5 "
const Statement ids{RECEIVED "ORDER BY id DESC LIMIT $6"};
const Statement ids_of_status{RECEIVED "AND status = $7 ORDER BY id DESC LIMIT $6"};
const Statement ids_of_account{RECEIVED
                               "AND c_account = $8 AND status = $7 ORDER BY id DESC LIMIT $6"};
#undef RECEIVED
// In two parts, as the sums of what is open (store/money_sums.h).
const Statement sums{
    "SELECT currency, CAST(sum(minor / 1000000000) AS bigint), count(*), "
    "CAST(sum(minor % 1000000000) AS bigint) FROM (SELECT currency, amount_minor AS minor FROM "
    "settlement WHERE tenant_id = $1 AND id < $2 AND id >= $3 AND received_at >= $4 AND "
    "received_at < $5 AND status = $7 ORDER BY id DESC LIMIT $6) AS received GROUP BY currency"};

// Ids below this one belong to settlements received before `until`.
std::int64_t end_of(Instant until) {
    const bool is_open = until.us > std::numeric_limits<std::int64_t>::max() - id_slack.count();
    return is_open ? std::numeric_limits<std::int64_t>::max() : first_id_at(until + id_slack);
}

void add_ids(std::vector<SettlementId>& found, const Rows& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back(rows[i].id<SettlementId>(0));
}

} // namespace

Step<std::vector<SettlementId>> find_received(Session& s, TenantId tenant, ExportFilter f,
                                              std::int64_t before, std::size_t limit) {
    const std::int64_t from = first_id_at(f.since - id_slack);
    const std::int64_t end = std::min(before, end_of(f.until));
    const auto most = static_cast<std::int64_t>(limit);
    std::vector<SettlementId> found;
    if (f.account.empty() && f.status.empty()) {
        add_ids(found, co_await s.run(ids, tenant, end, from, f.since, f.until, most));
        co_return found;
    }
    if (f.account.empty()) {
        add_ids(found,
                co_await s.run(ids_of_status, tenant, end, from, f.since, f.until, most, f.status));
        co_return found;
    }
    for (const std::string_view status : wanted(f.status, domain::settlement_status_tokens()))
        add_ids(found, co_await s.run(ids_of_account, tenant, end, from, f.since, f.until, most,
                                      status, f.account));
    std::ranges::sort(found, std::ranges::greater{});
    found.resize(std::min(limit, found.size()));
    co_return found;
}

Step<std::vector<MoneyCount>> sum_received(Session& s, TenantId tenant, ExportFilter f,
                                           std::int64_t most) {
    const Rows rows = co_await s.run(sums, tenant, end_of(f.until), first_id_at(f.since - id_slack),
                                     f.since, f.until, most, f.status);
    co_return sums_in(rows);
}

Step<std::vector<ExportRow>> list_exports(Session& s, TenantId tenant, ExportFilter filter,
                                          std::int64_t before, std::size_t limit) {
    std::vector<ExportRow> rows;
    for (const SettlementId id :
         co_await find_received(s, tenant, std::move(filter), before, limit)) {
        ExportRow row;
        row.id = id;
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
