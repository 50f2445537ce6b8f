#include "store/queries/money/references.h"

namespace settled::store {

namespace {

const Statement insert{
    "INSERT INTO minted_reference (tenant_id, account_key, head, id, reference, scheme, "
    "created_at, "
    "expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
    "ON CONFLICT (tenant_id, account_key, head) DO UPDATE SET id = excluded.id, "
    "reference = excluded.reference, scheme = excluded.scheme, created_at = excluded.created_at, "
    "expires_at = excluded.expires_at WHERE minted_reference.expires_at <= excluded.created_at"};
const Statement expired{"SELECT account_key, head FROM minted_reference WHERE tenant_id = $1 AND "
                        "expires_at <= $2 ORDER BY expires_at LIMIT $3"};
const Statement forget{"DELETE FROM minted_reference WHERE tenant_id = $1 AND account_key = $2 AND "
                       "head = $3 AND expires_at <= $4"};

} // namespace

Step<bool> reserve_reference(Session& s, MintedRow row) {
    const Rows inserted = co_await s.run(insert, row.tenant, row.account_key, row.head, row.id,
                                         row.reference, row.scheme, row.created_at, row.expires_at);
    co_return inserted.changed() == 1;
}

Step<std::int64_t> forget_references(Session& s, TenantId tenant, Instant until,
                                     std::size_t limit) {
    const Rows old = co_await s.run(expired, tenant, until, static_cast<std::int64_t>(limit));
    for (std::size_t i = 0; i < old.size(); ++i)
        co_await s.send(forget, tenant, old[i].text(0), old[i].text(1), until);
    co_return static_cast<std::int64_t>(old.size());
}

} // namespace settled::store
