#include "store/sweeps.h"

namespace settled::store {

namespace {

const Statement find{"SELECT cursor_id FROM sweep WHERE tenant_id = $1 AND name = $2"};
const Statement under{"SELECT name FROM sweep WHERE tenant_id = $1 AND substr(name, 1, CAST($3 AS "
                      "integer)) = $2 ORDER BY name"};
const Statement put{"INSERT INTO sweep (tenant_id, name, cursor_id) VALUES ($1, $2, $3) "
                    "ON CONFLICT (tenant_id, name) DO UPDATE SET cursor_id = excluded.cursor_id"};

} // namespace

Step<std::int64_t> sweep_cursor(Session& s, TenantId tenant, std::string_view name) {
    const Rows rows = co_await s.run(find, tenant, name);
    co_return rows.empty() ? 0 : rows.front().integer(0);
}

Step<std::vector<std::string>> sweeps_under(Session& s, TenantId tenant, std::string prefix) {
    const Rows rows =
        co_await s.run(under, tenant, prefix, static_cast<std::int64_t>(prefix.size()));
    std::vector<std::string> names;
    for (std::size_t i = 0; i < rows.size(); ++i)
        names.push_back(rows[i].string(0));
    co_return names;
}

Step<> move_sweep(Session& s, TenantId tenant, std::string_view name, std::int64_t cursor) {
    co_await s.send(put, tenant, name, cursor);
}

} // namespace settled::store
