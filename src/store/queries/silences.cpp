#include "store/queries/silences.h"

namespace settled::store {

namespace {

const Statement find{
    "SELECT silent_since FROM connector_state WHERE tenant_id = $1 AND connector_id = $2"};
const Statement put{
    "UPDATE connector_state SET silent_since = $3 WHERE tenant_id = $1 AND connector_id = $2"};

} // namespace

Step<std::optional<Instant>> published_silence(Session& s, TenantId tenant, ConnectorId connector) {
    const Rows rows = co_await s.run(find, tenant, connector);
    if (rows.empty() || rows.front().integer(0) == 0)
        co_return std::nullopt;
    co_return rows.front().instant(0);
}

Step<> put_published_silence(Session& s, TenantId tenant, ConnectorId connector,
                             std::optional<Instant> since) {
    co_await s.send(put, tenant, connector, since.value_or(Instant{0}));
}

} // namespace settled::store
