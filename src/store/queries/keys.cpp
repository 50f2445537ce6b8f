#include "store/queries/keys.h"

namespace settled::store {

namespace {

const Statement keep_use{
    "INSERT INTO bank_key_use (tenant_id, connector_id, fingerprint, used_at) VALUES ($1, $2, $3, "
    "$4) ON CONFLICT (tenant_id, connector_id, fingerprint) DO UPDATE SET used_at = "
    "excluded.used_at WHERE bank_key_use.used_at < excluded.used_at"};
const Statement uses{"SELECT fingerprint, used_at FROM bank_key_use WHERE tenant_id = $1 AND "
                     "connector_id = $2"};
const Statement keep_end{
    "INSERT INTO key_end (tenant_id, subject_id, used_for, fingerprint, expires_at, days, "
    "published_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, subject_id, used_for, "
    "fingerprint, expires_at, days) DO NOTHING"};
const Statement outages{
    "SELECT tenant_id, connector_id, used_for, since, seen_at FROM key_outage ORDER BY tenant_id, "
    "connector_id, used_for"};
const Statement begin_outage{
    "INSERT INTO key_outage (tenant_id, connector_id, used_for, since, seen_at) VALUES ($1, $2, "
    "$3, $4, $5) ON CONFLICT (tenant_id, connector_id, used_for) DO NOTHING"};
const Statement see_outage{"UPDATE key_outage SET seen_at = $4 WHERE tenant_id = $1 AND "
                           "connector_id = $2 AND used_for = $3 AND seen_at < $4"};
const Statement end_outage{"DELETE FROM key_outage WHERE tenant_id = $1 AND connector_id = $2 AND "
                           "used_for = $3 AND seen_at = $4"};
const Statement forget_uses{"DELETE FROM bank_key_use WHERE tenant_id = $1 AND connector_id = $2"};
const Statement forget_outages{"DELETE FROM key_outage WHERE tenant_id = $1 AND connector_id = $2"};
const Statement forget_ends{"DELETE FROM key_end WHERE tenant_id = $1 AND subject_id = $2"};

} // namespace

Step<> note_bank_key_use(Session& s, TenantId tenant, ConnectorId connector,
                         std::string fingerprint, Instant at) {
    co_await s.send(keep_use, tenant, connector, fingerprint, at);
}

Step<std::map<std::string, Instant>> bank_key_uses(Session& s, TenantId tenant,
                                                   ConnectorId connector) {
    const Rows rows = co_await s.run(uses, tenant, connector);
    std::map<std::string, Instant> all;
    for (std::size_t i = 0; i < rows.size(); ++i)
        all.emplace(rows[i].string(0), rows[i].instant(1));
    co_return all;
}

Step<bool> note_key_end(Session& s, const KeyEnd& end, Instant now) {
    const Rows kept = co_await s.run(keep_end, end.tenant, end.subject_id, end.used_for,
                                     end.fingerprint, end.expires_at, end.days, now);
    co_return kept.changed() == 1;
}

Step<std::vector<KeyOutage>> list_key_outages(Session& s) {
    const Rows rows = co_await s.run(outages);
    std::vector<KeyOutage> all;
    for (std::size_t i = 0; i < rows.size(); ++i)
        all.push_back({rows[i].id<TenantId>(0), rows[i].id<ConnectorId>(1), rows[i].string(2),
                       rows[i].instant(3), rows[i].instant(4)});
    co_return all;
}

Step<bool> note_key_outage(Session& s, const KeyOutage& o) {
    const Rows begun =
        co_await s.run(begin_outage, o.tenant, o.connector, o.used_for, o.since, o.seen_at);
    if (begun.changed() == 1)
        co_return true;
    co_await s.send(see_outage, o.tenant, o.connector, o.used_for, o.seen_at);
    co_return false;
}

Step<bool> end_key_outage(Session& s, const KeyOutage& o) {
    const Rows ended = co_await s.run(end_outage, o.tenant, o.connector, o.used_for, o.seen_at);
    co_return ended.changed() == 1;
}

Step<> remove_keys_of(Session& s, TenantId tenant, ConnectorId connector) {
    co_await s.send(forget_uses, tenant, connector);
    co_await s.send(forget_outages, tenant, connector);
    co_await s.send(forget_ends, tenant, connector);
}

} // namespace settled::store
