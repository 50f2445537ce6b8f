#include "store/queries/operators.h"

namespace settled::store {

namespace {

#define COLUMNS                                                                                    \
    "tenant_id, id, username, password, totp_secret, totp_step, role, created_at, changed_at"
const Statement add{"INSERT INTO console_operator (" COLUMNS
                    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (username) DO "
                    "NOTHING"};
const Statement by_id{"SELECT " COLUMNS " FROM console_operator WHERE tenant_id = $1 AND id = $2"};
const Statement by_name{"SELECT " COLUMNS " FROM console_operator WHERE username = $1"};
const Statement of_tenant{"SELECT " COLUMNS
                          " FROM console_operator WHERE tenant_id = $1 ORDER BY id DESC"};
#undef COLUMNS
const Statement use_step{"UPDATE console_operator SET totp_step = $3 WHERE tenant_id = $1 AND "
                         "id = $2 AND totp_step < $3"};
const Statement set_secret{"UPDATE console_operator SET totp_secret = $3, totp_step = 0, "
                           "changed_at = $4 WHERE tenant_id = $1 AND id = $2"};
const Statement remove{"DELETE FROM console_operator WHERE tenant_id = $1 AND id = $2"};

OperatorRow read(const Row& row) {
    const BytesView secret = row.blob(4);
    return {row.id<TenantId>(0),
            row.id<OperatorId>(1),
            row.string(2),
            row.string(3),
            {secret.begin(), secret.end()},
            row.integer(5),
            row.string(6),
            row.instant(7),
            row.instant(8)};
}

std::optional<OperatorRow> read_first(const Rows& rows) {
    return rows.empty() ? std::nullopt : std::optional(read(rows.front()));
}

} // namespace

Step<bool> insert_operator(Session& s, const OperatorRow& r) {
    const Rows added =
        co_await s.run(add, r.tenant, r.id, r.username, r.password, BytesView(r.totp_secret),
                       r.totp_step, r.role, r.created_at, r.changed_at);
    co_return added.changed() == 1;
}

Step<std::optional<OperatorRow>> find_operator(Session& s, TenantId tenant, OperatorId id) {
    const Rows rows = co_await s.run(by_id, tenant, id);
    co_return read_first(rows);
}

Step<std::optional<OperatorRow>> find_operator_by_name(Session& s, std::string_view username) {
    const Rows rows = co_await s.run(by_name, username);
    co_return read_first(rows);
}

Step<std::vector<OperatorRow>> list_operators(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(of_tenant, tenant);
    std::vector<OperatorRow> all;
    for (std::size_t i = 0; i < rows.size(); ++i)
        all.push_back(read(rows[i]));
    co_return all;
}

Step<bool> use_totp_step(Session& s, TenantId tenant, OperatorId id, std::int64_t step) {
    const Rows used = co_await s.run(use_step, tenant, id, step);
    co_return used.changed() == 1;
}

Step<bool> set_totp_secret(Session& s, TenantId tenant, OperatorId id, BytesView sealed,
                           Instant now) {
    const Rows set = co_await s.run(set_secret, tenant, id, sealed, now);
    co_return set.changed() == 1;
}

Step<bool> remove_operator(Session& s, TenantId tenant, OperatorId id) {
    const Rows removed = co_await s.run(remove, tenant, id);
    co_return removed.changed() == 1;
}

} // namespace settled::store
