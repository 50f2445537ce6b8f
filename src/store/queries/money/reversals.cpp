#include "store/queries/money/reversals.h"

#include "store/queries/money/identity_columns.h"

namespace settled::store {

namespace {

#define REVERSAL_COLUMNS                                                                           \
    "id, webhook_id, settlement_id, status, transaction_id, amount_minor, currency, reason, "      \
    "c_account, c_end_to_end_id, c_reference, c_uetr, c_other_account, c_other_name, "             \
    "reversed_at, received_at"
const Statement insert{"INSERT INTO reversal (tenant_id, " REVERSAL_COLUMNS ") VALUES ($1, $2, $3, "
                       "$4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"};
const Statement find{"SELECT " REVERSAL_COLUMNS " FROM reversal WHERE tenant_id = $1 AND id = $2"};
const Statement walk{"SELECT " REVERSAL_COLUMNS " FROM reversal WHERE tenant_id = $1 AND id > $2 "
                     "ORDER BY id LIMIT $3"};
const Statement update{
    "UPDATE reversal SET status = $3, settlement_id = $4 WHERE tenant_id = $1 AND id = $2"};
const Statement of_account{"SELECT " REVERSAL_COLUMNS " FROM reversal WHERE tenant_id = $1 AND "
                           "c_account = $2 AND reversed_at >= $3 AND reversed_at < $4 ORDER BY "
                           "reversed_at, id LIMIT $5"};
#undef REVERSAL_COLUMNS

domain::Reversal read(const Row& row) {
    const auto status = domain::reversal_status_named(row.text(3));
    SETTLED_ASSERT(status.has_value(), "the store holds a reversal status that is none: {}",
                   row.text(3));
    domain::Reversal reversal;
    reversal.id = row.id<ReversalId>(0);
    reversal.webhook_id = row.id<WebhookId>(1);
    reversal.settlement_id = row.id<SettlementId>(2);
    reversal.status = *status;
    reversal.transaction_id = row.text(4);
    reversal.reason = row.text(7);
    reversal.received_at = row.instant(15);
    reversal.identity = identity_at(row, 8, money_at(row, 5, 6), row.instant(14));
    return reversal;
}

} // namespace

Step<> insert_reversal(Session& s, TenantId tenant, const domain::Reversal& r) {
    const match::MatchFields& c = r.identity;
    co_await s.send(insert, tenant, r.id, r.webhook_id, r.settlement_id, token(r.status),
                    r.transaction_id, c.amount.minor, c.amount.currency.code(), r.reason, c.account,
                    c.end_to_end_id, c.reference, c.uetr, c.other_account, c.other_name, c.at,
                    r.received_at);
}

Step<std::optional<domain::Reversal>> find_reversal(Session& s, TenantId tenant, ReversalId id) {
    const Rows rows = co_await s.run(find, tenant, id);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::vector<domain::Reversal>> find_reversals(Session& s, TenantId tenant,
                                                   std::vector<std::int64_t> ids) {
    std::vector<domain::Reversal> reversals;
    for (const std::int64_t id : ids) {
        auto reversal = co_await find_reversal(s, tenant, ReversalId{id});
        SETTLED_ASSERT(reversal.has_value(), "a return under a key exists");
        reversals.push_back(std::move(*reversal));
    }
    co_return reversals;
}

Step<std::vector<domain::Reversal>> walk_reversals(Session& s, TenantId tenant, std::int64_t after,
                                                   std::size_t most) {
    const Rows rows = co_await s.run(walk, tenant, after, static_cast<std::int64_t>(most));
    std::vector<domain::Reversal> reversals;
    for (std::size_t i = 0; i < rows.size(); ++i)
        reversals.push_back(read(rows[i]));
    co_return reversals;
}

Step<> update_reversal(Session& s, TenantId tenant, ReversalId id, domain::ReversalStatus status,
                       SettlementId settlement) {
    co_await s.send(update, tenant, id, token(status), settlement);
}

Step<std::vector<domain::Reversal>> reversals_of_account(Session& s, TenantId tenant,
                                                         std::string account_key, Instant from,
                                                         Instant before, std::size_t limit) {
    const Rows rows = co_await s.run(of_account, tenant, account_key, from, before,
                                     static_cast<std::int64_t>(limit));
    std::vector<domain::Reversal> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back(read(rows[i]));
    co_return found;
}

} // namespace settled::store
