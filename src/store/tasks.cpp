#include "store/tasks.h"

namespace settled::store {

namespace {

#define TASK_COLUMNS                                                                               \
    "tenant_id, id, kind, subject_id, lane_id, status, attempts, due_at, created_at, updated_at"

const Statement insert{"INSERT INTO task (" TASK_COLUMNS ") "
                       "VALUES ($1, $2, $3, $4, $5, 'queued', 0, $6, $7, $7)"};
const Statement find{"SELECT " TASK_COLUMNS " FROM task WHERE tenant_id = $1 AND id = $2"};
const Statement due_of_lane{
    "SELECT t.tenant_id, t.id, t.subject_id, t.attempts, e.type, e.body FROM task t JOIN event e "
    "ON e.tenant_id = t.tenant_id AND e.id = t.subject_id WHERE t.lane_id = $1 AND t.due_at <= $2 "
    "AND t.status = 'queued' ORDER BY t.due_at LIMIT $3"};
const Statement timers{"SELECT " TASK_COLUMNS " FROM task WHERE status = 'queued' AND lane_id = 0 "
                       "AND due_at <= $1 ORDER BY due_at LIMIT $2"};
const Statement earliest_after{
    "SELECT min(due_at) FROM task WHERE status = 'queued' AND lane_id = $1 "
    "AND due_at > $2"};
const Statement count_all_queued{
    "SELECT count(*) FROM (SELECT id FROM task WHERE status = 'queued' LIMIT $1) AS q"};
const Statement update{"UPDATE task SET status = $3, attempts = $4, due_at = $5, updated_at = $6 "
                       "WHERE tenant_id = $1 AND id = $2 AND status = 'queued'"};
const Statement count_one{"UPDATE task SET attempts = $3, updated_at = $4 "
                          "WHERE tenant_id = $1 AND id = $2 AND attempts < $3"};
const Statement requeue{"UPDATE task SET status = 'queued', due_at = $3, updated_at = $3 "
                        "WHERE tenant_id = $1 AND id = $2 AND status <> 'queued'"};
const Statement cancel{"UPDATE task SET status = 'cancelled', updated_at = $3 "
                       "WHERE tenant_id = $1 AND lane_id = $2 AND status = 'queued'"};
const Statement add_attempt{
    "INSERT INTO attempt (tenant_id, task_id, number, started_at, latency_us, "
    "outcome, http_status, answer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
const Statement attempts{"SELECT number, started_at, latency_us, outcome, http_status, answer "
                         "FROM attempt WHERE tenant_id = $1 AND task_id = $2 ORDER BY number"};
const Statement list_all{"SELECT " TASK_COLUMNS " FROM task WHERE tenant_id = $1 AND id < $2 "
                         "AND kind = 'delivery' AND ($3 = '' OR status = $3) "
                         "AND ($4 = 0 OR lane_id = $4) ORDER BY id DESC LIMIT $5"};
const Statement list_of_event{"SELECT " TASK_COLUMNS " FROM task WHERE tenant_id = $1 AND id < $2 "
                              "AND kind = 'delivery' AND ($3 = '' OR status = $3) "
                              "AND ($4 = 0 OR lane_id = $4) AND subject_id = $6 "
                              "ORDER BY id DESC LIMIT $5"};

#undef TASK_COLUMNS

TaskRow read(const Row& row) {
    return {row.id<TenantId>(0), row.id<TaskId>(1), row.string(2),  row.integer(3), row.integer(4),
            row.string(5),       row.integer(6),    row.instant(7), row.instant(8), row.instant(9)};
}

std::vector<TaskRow> read_all(const Rows& rows) {
    std::vector<TaskRow> tasks;
    for (std::size_t i = 0; i < rows.size(); ++i)
        tasks.push_back(read(rows[i]));
    return tasks;
}

} // namespace

Step<> insert_task(Session& s, TenantId tenant, TaskId id, std::string_view kind,
                   std::int64_t subject_id, std::int64_t lane_id, Instant due_at, Instant now) {
    (void)co_await s.run(insert, tenant, id, kind, subject_id, lane_id, due_at, now);
}

Step<std::optional<TaskRow>> find_task(Session& s, TenantId tenant, TaskId id) {
    const Rows rows = co_await s.run(find, tenant, id);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::vector<DueDelivery>> due_deliveries(Session& s, EndpointId lane, Instant now,
                                              std::size_t limit) {
    const Rows rows = co_await s.run(due_of_lane, lane, now, static_cast<std::int64_t>(limit));
    std::vector<DueDelivery> due;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row row = rows[i];
        due.push_back({row.id<TenantId>(0), row.id<TaskId>(1), row.id<EventId>(2), row.integer(3),
                       row.string(4), row.string(5)});
    }
    co_return due;
}

Step<std::vector<TaskRow>> due_timers(Session& s, Instant now, std::size_t limit) {
    const Rows rows = co_await s.run(timers, now, static_cast<std::int64_t>(limit));
    co_return read_all(rows);
}

Step<std::optional<Instant>> next_due(Session& s, std::int64_t lane, Instant after) {
    const Rows rows = co_await s.run(earliest_after, lane, after);
    if (rows.front().is_null(0))
        co_return std::nullopt;
    co_return rows.front().instant(0);
}

Step<std::int64_t> count_queued(Session& s, std::int64_t most) {
    const Rows rows = co_await s.run(count_all_queued, most);
    co_return rows.front().integer(0);
}

Step<bool> update_task(Session& s, TenantId tenant, TaskId id, flow::TaskStatus status,
                       std::int64_t attempts_made, Instant due_at, Instant now) {
    const Rows updated =
        co_await s.run(update, tenant, id, token(status), attempts_made, due_at, now);
    co_return updated.changed() == 1;
}

Step<> count_attempt(Session& s, TenantId tenant, TaskId id, std::int64_t attempts_made,
                     Instant now) {
    (void)co_await s.run(count_one, tenant, id, attempts_made, now);
}

Step<bool> requeue_task(Session& s, TenantId tenant, TaskId id, Instant now) {
    const Rows updated = co_await s.run(requeue, tenant, id, now);
    co_return updated.changed() == 1;
}

Step<std::int64_t> cancel_lane(Session& s, TenantId tenant, std::int64_t lane_id, Instant now) {
    const Rows updated = co_await s.run(cancel, tenant, lane_id, now);
    co_return updated.changed();
}

Step<> insert_attempt(Session& s, TenantId tenant, TaskId task, const AttemptRow& a) {
    (void)co_await s.run(add_attempt, tenant, task, a.number, a.started_at, a.latency_us, a.outcome,
                         a.http_status, a.answer);
}

Step<std::vector<AttemptRow>> list_attempts(Session& s, TenantId tenant, TaskId task) {
    const Rows rows = co_await s.run(attempts, tenant, task);
    std::vector<AttemptRow> all;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row row = rows[i];
        all.push_back({row.integer(0), row.instant(1), row.integer(2), row.string(3),
                       row.is_null(4) ? std::nullopt : std::optional(row.integer(4)),
                       row.string(5)});
    }
    co_return all;
}

Step<std::vector<TaskRow>> list_deliveries(Session& s, TenantId tenant, DeliveryFilter f,
                                           std::int64_t before, std::size_t limit) {
    const auto most = static_cast<std::int64_t>(limit);
    if (f.event != 0) {
        const Rows rows =
            co_await s.run(list_of_event, tenant, before, f.status, f.endpoint, most, f.event);
        co_return read_all(rows);
    }
    const Rows rows = co_await s.run(list_all, tenant, before, f.status, f.endpoint, most);
    co_return read_all(rows);
}

} // namespace settled::store
