#include "store/queries/endpoint_states.h"

namespace settled::store {

namespace {

#define STATE_COLUMNS(of)                                                                          \
    of "tenant_id, " of "endpoint_id, " of "failures, " of "failing_since, " of                    \
       "last_success_at, " of "held_since, " of "probe_wait, " of "next_probe_at, " of             \
       "quiet_until, " of "missed_since, " of "dead_at, " of "dead_waiting, " of "dead_task, " of  \
       "dead_cause, " of "handshake, " of "handshake_url, " of "granted_rate, " of                 \
       "handshake_tries, " of "handshake_at"

const Statement find{
    "SELECT " STATE_COLUMNS("") " FROM endpoint_state WHERE tenant_id = $1 AND endpoint_id = $2"};
const Statement put{"INSERT INTO endpoint_state (" STATE_COLUMNS(
    "") ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, "
        "$18, $19) ON CONFLICT (tenant_id, endpoint_id) DO UPDATE SET failures = $3, "
        "failing_since = $4, last_success_at = $5, held_since = $6, probe_wait = $7, "
        "next_probe_at = $8, quiet_until = $9, missed_since = $10, dead_at = $11, "
        "dead_waiting = $12, dead_task = $13, dead_cause = $14, handshake = $15, "
        "handshake_url = $16, granted_rate = $17, handshake_tries = $18, handshake_at = $19"};
const Statement all{"SELECT " STATE_COLUMNS(
    "st.") " FROM endpoint e JOIN endpoint_state st ON st.tenant_id = e.tenant_id "
           "AND st.endpoint_id = e.id WHERE e.status = 'active'"};
const Statement list{"SELECT " STATE_COLUMNS(
    "st.") " FROM endpoint e JOIN endpoint_state st ON st.tenant_id = e.tenant_id "
           "AND st.endpoint_id = e.id WHERE e.tenant_id = $1 AND e.status <> 'deleted'"};
const Statement probe{"UPDATE endpoint_state SET next_probe_at = $4 WHERE tenant_id = $1 AND "
                      "endpoint_id = $2 AND held_since > 0 AND next_probe_at <= $3"};

#undef STATE_COLUMNS

EndpointState read(const Row& row) {
    EndpointState state;
    state.tenant = row.id<TenantId>(0);
    state.endpoint = row.id<EndpointId>(1);
    domain::EndpointHealth& health = state.health;
    health.failures = row.integer(2);
    health.failing_since = row.instant(3);
    health.last_success_at = row.instant(4);
    health.held_since = row.instant(5);
    health.probe_wait = std::chrono::microseconds(row.integer(6));
    health.next_probe_at = row.instant(7);
    health.quiet_until = row.instant(8);
    state.missed_since = row.instant(9);
    state.dead_at = row.instant(10);
    state.dead_waiting = row.integer(11);
    state.dead_task = row.id<TaskId>(12);
    state.dead_cause = row.string(13);
    state.handshake = {row.string(14), row.string(15), row.integer(16), row.integer(17),
                       row.instant(18)};
    return state;
}

std::vector<EndpointState> read_all(const Rows& rows) {
    std::vector<EndpointState> states;
    for (std::size_t i = 0; i < rows.size(); ++i)
        states.push_back(read(rows[i]));
    return states;
}

} // namespace

Step<EndpointState> find_endpoint_state(Session& s, TenantId tenant, EndpointId endpoint) {
    const Rows rows = co_await s.run(find, tenant, endpoint);
    if (!rows.empty())
        co_return read(rows.front());
    EndpointState state;
    state.tenant = tenant;
    state.endpoint = endpoint;
    co_return state;
}

Step<> put_endpoint_state(Session& s, const EndpointState& st) {
    const domain::EndpointHealth& h = st.health;
    const Handshake& shake = st.handshake;
    co_await s.send(put, st.tenant, st.endpoint, h.failures, h.failing_since, h.last_success_at,
                    h.held_since, h.probe_wait.count(), h.next_probe_at, h.quiet_until,
                    st.missed_since, st.dead_at, st.dead_waiting, st.dead_task, st.dead_cause,
                    shake.state, shake.url, shake.rate_per_minute, shake.tries, shake.next_at);
}

Step<std::vector<EndpointState>> all_endpoint_states(Session& s) {
    const Rows rows = co_await s.run(all);
    co_return read_all(rows);
}

Step<std::vector<EndpointState>> list_endpoint_states(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(list, tenant);
    co_return read_all(rows);
}

Step<bool> take_probe(Session& s, TenantId tenant, EndpointId endpoint, Instant now,
                      Instant until) {
    const Rows taken = co_await s.run(probe, tenant, endpoint, now, until);
    co_return taken.changed() == 1;
}

} // namespace settled::store
