#include "store/queries/sweeps.h"

namespace settled::store {

namespace {

const Statement under{
    "SELECT name, cursor_id FROM sweep WHERE tenant_id = $1 AND substr(name, 1, CAST($3 AS "
    "integer)) = $2 ORDER BY name"};
const Statement put{"INSERT INTO sweep (tenant_id, name, cursor_id) VALUES ($1, $2, $3) "
                    "ON CONFLICT (tenant_id, name) DO UPDATE SET cursor_id = excluded.cursor_id"};

} // namespace

Step<std::vector<SweepRow>> sweeps_under(Session& s, TenantId tenant, std::string prefix) {
    const Rows rows =
        co_await s.run(under, tenant, prefix, static_cast<std::int64_t>(prefix.size()));
    std::vector<SweepRow> sweeps;
    for (std::size_t i = 0; i < rows.size(); ++i)
        sweeps.push_back({rows[i].string(0), rows[i].integer(1)});
    co_return sweeps;
}

Step<> move_sweep(Session& s, TenantId tenant, std::string_view name, std::int64_t cursor) {
    co_await s.send(put, tenant, name, cursor);
}

} // namespace settled::store
