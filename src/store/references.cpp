#include "store/references.h"

#include "store/identity_columns.h"

namespace settled::store {

namespace {

const Statement insert{
    "INSERT INTO minted_reference (tenant_id, account_key, head, id, reference, scheme, "
    "created_at, "
    "expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
    "ON CONFLICT (tenant_id, account_key, head) DO UPDATE SET id = excluded.id, "
    "reference = excluded.reference, scheme = excluded.scheme, created_at = excluded.created_at, "
    "expires_at = excluded.expires_at WHERE minted_reference.expires_at <= excluded.created_at"};
const Statement forget{
    "DELETE FROM minted_reference WHERE tenant_id = $1 AND (account_key, head) IN (SELECT "
    "account_key, head FROM minted_reference WHERE tenant_id = $1 AND expires_at <= $2 LIMIT $3)"};
// The letters and digits of canonical references sort below '['.
const Statement open_by_reference{"SELECT client_id, reference, amount_minor, currency FROM "
                                  "payment WHERE tenant_id = $1 AND c_account = $2 AND "
                                  "c_reference >= $3 AND c_reference < $4 AND status IN "
                                  "('expected', 'overdue', 'partially_settled') ORDER BY "
                                  "c_reference LIMIT $5"};

} // namespace

Step<bool> reserve_reference(Session& s, MintedRow row) {
    const Rows inserted = co_await s.run(insert, row.tenant, row.account_key, row.head, row.id,
                                         row.reference, row.scheme, row.created_at, row.expires_at);
    co_return inserted.changed() == 1;
}

Step<std::int64_t> forget_references(Session& s, TenantId tenant, Instant until,
                                     std::size_t limit) {
    const Rows gone = co_await s.run(forget, tenant, until, static_cast<std::int64_t>(limit));
    co_return gone.changed();
}

Step<std::vector<OpenReference>> open_references(Session& s, TenantId tenant,
                                                 std::string account_key, std::string beginning,
                                                 std::size_t limit) {
    const std::string end = beginning + "[";
    const Rows rows = co_await s.run(open_by_reference, tenant, account_key, beginning, end,
                                     static_cast<std::int64_t>(limit));
    std::vector<OpenReference> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back({rows[i].string(0), rows[i].string(1), money_at(rows[i], 2, 3)});
    co_return found;
}

} // namespace settled::store
