#include "store/queries/calls.h"

#include "store/merged.h"

#include <array>
#include <iterator>

namespace settled::store {

namespace {

#define CALL_COLUMNS                                                                               \
    "tenant_id, id, connector_id, purpose, subject_id, account_key, method, target, body, "        \
    "request_id, status, tries, unread, due_at, first_sent_at, http_status, reply_class, reason, " \
    "created_at, updated_at, lease_owner, fence"

const Statement insert{
    "INSERT INTO call (" CALL_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
    "'queued', 0, 0, $11, NULL, NULL, '', '', $12, $12, 0, 0) ON CONFLICT DO NOTHING"};
const Statement by_id{"SELECT " CALL_COLUMNS " FROM call WHERE tenant_id = $1 AND id = $2"};
const Statement by_subject{"SELECT " CALL_COLUMNS
                           " FROM call WHERE tenant_id = $1 AND subject_id = $2 ORDER BY id"};
const Statement list{"SELECT " CALL_COLUMNS " FROM call WHERE tenant_id = $1 AND id < $2 "
                     "ORDER BY id DESC LIMIT $3"};
const Statement list_of_status{"SELECT " CALL_COLUMNS " FROM call WHERE tenant_id = $1 AND id < $2 "
                               "AND status = $4 ORDER BY id DESC LIMIT $3"};
const Statement tries{"SELECT number, started_at, latency_us, http_status, outcome, reply, fence "
                      "FROM call_try WHERE tenant_id = $1 AND call_id = $2 ORDER BY number"};
const Statement due{"SELECT " CALL_COLUMNS
                    " FROM call WHERE tenant_id = $1 AND connector_id = $2 AND lease_owner = 0 AND "
                    "due_at <= $3 AND status = 'queued' ORDER BY due_at, id LIMIT $4"};
// The same while the calls of a restored store are held: those that domain::moves_money() names wait.
const Statement due_while_held{
    "SELECT " CALL_COLUMNS
    " FROM call WHERE tenant_id = $1 AND connector_id = $2 AND lease_owner = 0 AND due_at <= $3 "
    "AND status = 'queued' AND purpose NOT IN ('pay', 'return_payment', 'post_disbursement', "
    "'post_repayment', 'post_adjustment') ORDER BY due_at, id LIMIT $4"};
const Statement moving_after{
    "SELECT " CALL_COLUMNS
    " FROM call WHERE tenant_id = $1 AND connector_id = $2 AND status = 'queued' AND purpose IN "
    "('pay', 'return_payment') AND id > $3 ORDER BY id LIMIT $4"};
const Statement take{
    "UPDATE call SET lease_owner = $3, fence = fence + 1, tries = tries + 1, updated_at = $4, "
    "first_sent_at = COALESCE(first_sent_at, $4) WHERE tenant_id = $1 AND id = $2 "
    "AND lease_owner = 0 AND status = 'queued' AND fence = $5"};
const Statement add_try{"INSERT INTO call_try (tenant_id, call_id, number, started_at, latency_us, "
                        "http_status, outcome, reply, fence) "
                        "VALUES ($1, $2, $3, $4, NULL, NULL, 'sent', '', $5)"};
const Statement release{"UPDATE call SET lease_owner = 0, updated_at = $5 WHERE tenant_id = $1 "
                        "AND id = $2 AND lease_owner = $3 AND fence = $4"};
const Statement finish_try{"UPDATE call_try SET latency_us = $4, http_status = $5, outcome = $6, "
                           "reply = $7 WHERE tenant_id = $1 AND call_id = $2 AND number = $3"};
const Statement update{
    "UPDATE call SET status = $3, unread = $4, due_at = $5, http_status = $6, reply_class = $7, "
    "reason = $8, updated_at = $9 WHERE tenant_id = $1 AND id = $2"};
const Statement count_cut{"SELECT count(*) FROM call_try WHERE tenant_id = $1 AND call_id = $2 "
                          "AND outcome = 'sent'"};
const Statement close_cut{"UPDATE call_try SET outcome = 'cut' WHERE tenant_id = $1 "
                          "AND call_id = $2 AND outcome = 'sent'"};
const Statement free_some{
    "WITH picked AS MATERIALIZED (SELECT c.tenant_id, c.id FROM call c WHERE c.tenant_id = $1 "
    "AND c.status = 'queued' AND c.lease_owner > 0 AND c.lease_owner <> $2 AND NOT EXISTS (SELECT "
    "1 FROM node n WHERE n.holder = c.lease_owner AND n.lease_until > 0) LIMIT $3) "
    "UPDATE call SET lease_owner = 0 WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM picked)"};
const Statement without_reply{"SELECT id FROM call WHERE tenant_id = $1 AND connector_id = $2 AND "
                              "account_key = $3 AND status = 'queued' AND unread = 0 LIMIT 1"};
const Statement hurry{"UPDATE call SET due_at = $3 WHERE tenant_id = $1 AND connector_id = $2 "
                      "AND lease_owner = 0 AND status = 'queued' AND due_at > $3 AND "
                      "(reply_class = 'ours' OR reply_class = 'throttled')"};
const Statement hurry_one{"UPDATE call SET due_at = $3 WHERE tenant_id = $1 AND id = $2 "
                          "AND lease_owner = 0 AND status = 'queued' AND due_at > $3"};
const Statement cancel_all{
    "UPDATE call SET status = 'cancelled', updated_at = $3 WHERE tenant_id = $1 "
    "AND connector_id = $2 AND status = 'queued'"};
const Statement forget_state{
    "DELETE FROM connector_state WHERE tenant_id = $1 AND connector_id = $2"};
// min() and not EXISTS, for which PostgreSQL goes through the table when many rows look alike.
#define OF_CONNECTOR "tenant_id = c.tenant_id AND connector_id = c.id "
const Statement with_work{
    "SELECT c.id FROM connector c WHERE NOT EXISTS (SELECT 1 FROM connector_state "
    "WHERE " OF_CONNECTOR "AND (paused_by <> '' OR paused_until > $1)) AND ("
    "(SELECT min(due_at) FROM call WHERE " OF_CONNECTOR
    "AND lease_owner = 0 AND status = 'queued') <= $1 "
    "OR (SELECT min(debtor_key) FROM payment_order WHERE " OF_CONNECTOR
    "AND status = 'queued' AND call_id IS NULL AND not_before IS NULL) IS NOT NULL "
    "OR (SELECT min(not_before) FROM payment_order WHERE " OF_CONNECTOR
    "AND status = 'queued' AND call_id IS NULL AND not_before IS NOT NULL) <= $1 "
    "OR (SELECT min(ask_at) FROM payment_order WHERE " OF_CONNECTOR
    "AND status = 'submitted') <= $1 "
    "OR (SELECT min(next_at) FROM catch_up WHERE " OF_CONNECTOR
    "AND status = 'running' AND call_id = 0) <= $1 "
    "OR (SELECT min(h.lease_owner) FROM call h WHERE h.tenant_id = c.tenant_id AND "
    "h.status = 'queued' AND h.lease_owner > 0 AND h.lease_owner <> $2 AND NOT EXISTS (SELECT 1 "
    "FROM node n WHERE n.holder = h.lease_owner AND n.lease_until > 0)) IS NOT NULL)"};
#undef OF_CONNECTOR
const Statement find_state{"SELECT paused_until, pause_reason, paused_by, failing, version FROM "
                           "connector_state WHERE tenant_id = $1 AND connector_id = $2"};
const Statement put_state{
    "INSERT INTO connector_state (tenant_id, connector_id, paused_until, pause_reason, paused_by, "
    "failing, version) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, connector_id) "
    "DO UPDATE SET paused_until = excluded.paused_until, pause_reason = excluded.pause_reason, "
    "paused_by = excluded.paused_by, failing = excluded.failing, version = excluded.version"};

#undef CALL_COLUMNS

std::optional<std::int64_t> integer_at(const Row& row, std::size_t column) {
    return row.is_null(column) ? std::nullopt : std::optional(row.integer(column));
}

CallRow read(const Row& row) {
    const auto purpose = domain::call_purpose_named(row.text(3));
    SETTLED_ASSERT(purpose.has_value(), "the store holds a call of an unknown purpose");
    CallRow call;
    call.tenant = row.id<TenantId>(0);
    call.id = row.id<CallId>(1);
    call.connector = row.id<ConnectorId>(2);
    call.purpose = *purpose;
    call.subject_id = row.integer(4);
    call.account_key = row.text(5);
    call.request = {*purpose, row.string(6), row.string(7), row.string(8)};
    call.request_id = row.text(9);
    call.status = row.text(10);
    call.tries = row.integer(11);
    call.unread = row.integer(12);
    call.due_at = row.instant(13);
    if (!row.is_null(14))
        call.first_sent_at = row.instant(14);
    call.http_status = integer_at(row, 15);
    call.reply_class = row.text(16);
    call.reason = row.text(17);
    call.created_at = row.instant(18);
    call.updated_at = row.instant(19);
    call.lease_owner = row.integer(20);
    call.fence = row.integer(21);
    return call;
}

std::vector<CallRow> read_all(const Rows& rows) {
    std::vector<CallRow> calls;
    for (std::size_t i = 0; i < rows.size(); ++i)
        calls.push_back(read(rows[i]));
    return calls;
}

} // namespace

Step<bool> insert_call(Session& s, const CallRow& c) {
    const Rows inserted = co_await s.run(
        insert, c.tenant, c.id, c.connector, token(c.purpose), c.subject_id, c.account_key,
        c.request.method, c.request.target, c.request.body, c.request_id, c.due_at, c.created_at);
    co_return inserted.changed() == 1;
}

Step<std::optional<CallRow>> find_call(Session& s, TenantId tenant, CallId id) {
    const Rows rows = co_await s.run(by_id, tenant, id);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::vector<CallRow>> calls_of(Session& s, TenantId tenant, std::int64_t subject_id) {
    const Rows rows = co_await s.run(by_subject, tenant, subject_id);
    co_return read_all(rows);
}

Step<std::vector<CallRow>> list_calls(Session& s, TenantId tenant, std::string_view status,
                                      std::int64_t before, std::size_t limit) {
    const auto most = static_cast<std::int64_t>(limit);
    if (status.empty()) {
        const Rows rows = co_await s.run(list, tenant, before, most);
        co_return read_all(rows);
    }
    const Rows rows = co_await s.run(list_of_status, tenant, before, most, status);
    co_return read_all(rows);
}

Step<std::vector<CallTryRow>> tries_of(Session& s, TenantId tenant, CallId id) {
    const Rows rows = co_await s.run(tries, tenant, id);
    std::vector<CallTryRow> all;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row row = rows[i];
        all.push_back({row.integer(0), row.instant(1), integer_at(row, 2), integer_at(row, 3),
                       row.string(4), row.string(5), row.integer(6)});
    }
    co_return all;
}

Step<std::vector<CallRow>> due_calls(Session& s, TenantId tenant, ConnectorId connector,
                                     Instant now, CallsDue which, std::size_t limit) {
    const Statement& those = which == CallsDue::that_move_nothing ? due_while_held : due;
    const Rows rows =
        co_await s.run(those, tenant, connector, now, static_cast<std::int64_t>(limit));
    co_return read_all(rows);
}

Step<std::vector<CallRow>> moving_calls_after(Session& s, TenantId tenant, ConnectorId connector,
                                              std::int64_t after, std::size_t limit) {
    const Rows rows =
        co_await s.run(moving_after, tenant, connector, after, static_cast<std::int64_t>(limit));
    co_return read_all(rows);
}

Step<bool> begin_try(Session& s, CallRow& call, std::int64_t holder, Instant now) {
    const Rows taken = co_await s.run(take, call.tenant, call.id, holder, now, call.fence);
    if (taken.changed() != 1)
        co_return false;
    call.lease_owner = holder;
    ++call.fence;
    ++call.tries;
    if (!call.first_sent_at)
        call.first_sent_at = now;
    co_await s.send(add_try, call.tenant, call.id, call.tries, now, call.fence);
    co_return true;
}

Step<bool> end_try(Session& s, TenantId tenant, CallId id, const TryEnd& end, Instant now) {
    const Rows released =
        co_await s.run(release, tenant, id, end.claim.holder, end.claim.fence, now);
    if (released.changed() != 1)
        co_return false;
    co_await s.send(finish_try, tenant, id, end.number, end.latency_us, end.http_status,
                    end.outcome, end.reply);
    co_return true;
}

Step<> update_call(Session& s, const CallRow& c) {
    co_await s.send(update, c.tenant, c.id, c.status, c.unread, c.due_at, c.http_status,
                    c.reply_class, c.reason, c.updated_at);
}

Step<std::int64_t> cut_tries(Session& s, TenantId tenant, CallId id) {
    const Rows rows = co_await s.run(count_cut, tenant, id);
    co_return rows.front().integer(0);
}

Step<> close_cut_tries(Session& s, TenantId tenant, CallId id) {
    co_await s.send(close_cut, tenant, id);
}

Step<std::int64_t> free_orphan_calls(Session& s, TenantId tenant, std::int64_t me,
                                     std::size_t limit) {
    const Rows freed = co_await s.run(free_some, tenant, me, static_cast<std::int64_t>(limit));
    co_return freed.changed();
}

Step<std::vector<ConnectorId>> connectors_with_work(Session& s, Instant now, std::int64_t me) {
    const Rows rows = co_await s.run(with_work, now, me);
    std::vector<ConnectorId> connectors;
    for (std::size_t i = 0; i < rows.size(); ++i)
        connectors.push_back(rows[i].id<ConnectorId>(0));
    co_return connectors;
}

Step<> hurry_calls(Session& s, TenantId tenant, ConnectorId connector, Instant now) {
    co_await s.send(hurry, tenant, connector, now);
}

Step<> hurry_call(Session& s, TenantId tenant, CallId id, Instant now) {
    co_await s.send(hurry_one, tenant, id, now);
}

Step<bool> awaits_first_reply(Session& s, TenantId tenant, ConnectorId connector,
                              std::string_view account_key) {
    const Rows rows = co_await s.run(without_reply, tenant, connector, account_key);
    co_return !rows.empty();
}

Step<> cancel_calls(Session& s, TenantId tenant, ConnectorId connector, Instant now) {
    co_await s.send(cancel_all, tenant, connector, now);
}

Step<> remove_connector_state(Session& s, TenantId tenant, ConnectorId connector) {
    co_await s.send(forget_state, tenant, connector);
}

Step<ConnectorState> find_connector_state(Session& s, TenantId tenant, ConnectorId connector) {
    const Rows rows = co_await s.run(find_state, tenant, connector);
    ConnectorState state{tenant, connector, {}, {}, {}};
    if (rows.empty())
        co_return state;
    const Row row = rows.front();
    state.paused_until = row.instant(0);
    state.pause_reason = row.text(1);
    state.paused_by = row.text(2);
    state.failing = row.integer(3) != 0;
    state.version = row.integer(4);
    co_return state;
}

Step<> put_connector_state(Session& s, const ConnectorState& state) {
    co_await s.send(put_state, state.tenant, state.connector, state.paused_until,
                    state.pause_reason, state.paused_by, state.failing ? 1 : 0, state.version);
}

} // namespace settled::store
