#include "store/queries/tasks.h"

#include "store/merged.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace settled::store {

namespace {

#define TASK_COLUMNS                                                                               \
    "tenant_id, id, kind, subject_id, lane_id, status, attempts, due_at, created_at, "             \
    "updated_at, lease_owner, fence"

const Statement insert{"INSERT INTO task (" TASK_COLUMNS ") "
                       "VALUES ($1, $2, $3, $4, $5, 'queued', 0, $6, $7, $7, $8, $9)"};
const Statement find{"SELECT " TASK_COLUMNS " FROM task WHERE tenant_id = $1 AND id = $2"};
// Of that subject: were all ids not said to be above 0, SQLite would go through all tasks of the
// tenant, which are in the key's own tree.
const Statement find_queued{"SELECT id FROM task WHERE tenant_id = $1 AND subject_id = $2 "
                            "AND kind = $3 AND id > 0 AND status = 'queued' LIMIT 1"};
// An update, so that the row is locked: a read would see one as queued that is being finished
// elsewhere.
const Statement hold{"UPDATE task SET updated_at = updated_at WHERE tenant_id = $1 "
                     "AND subject_id = $2 AND kind = $3 AND id > 0 AND status = 'queued'"};
// They are picked once, whatever the plan: a subquery in the condition can be run again for each
// row that it is compared with, passes over those that it has changed already, and so picks all
// that there are. What is picked is locked, and was looked at again by the database when it was.
const Statement claim_due{
    "WITH picked AS MATERIALIZED (SELECT tenant_id, id FROM task "
    "WHERE lane_id = $1 AND lease_owner = 0 AND status = 'queued' AND due_at <= $2 "
    "ORDER BY due_at, tenant_id, id LIMIT $3 /*FOR UPDATE SKIP LOCKED*/) "
    "UPDATE task SET lease_owner = $4, fence = fence + 1 "
    "WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM picked) RETURNING tenant_id, id, "
    "subject_id, attempts, fence, due_at, "
    "(SELECT e.body FROM event e WHERE e.tenant_id = task.tenant_id AND e.id = task.subject_id)"};
const Statement give_one_back{
    "UPDATE task SET lease_owner = 0 WHERE tenant_id = $1 AND id = $2 AND lease_owner = $3 "
    "AND fence = $4 AND status = 'queued'"};
// What is queued in the lanes of endpoints, lane after lane, by task_due. The plus keeps SQLite
// from going through all tasks of the tenant instead.
#define EACH_LANE                                                                                  \
    " FROM endpoint e CROSS JOIN task t WHERE +t.tenant_id = e.tenant_id AND t.lane_id = e.id "    \
    "AND t.status = 'queued' "
const Statement sweep{
    "UPDATE task SET lease_owner = 0 WHERE lease_owner = $1 AND status = 'queued' "
    "AND (tenant_id, id) IN (SELECT t.tenant_id, t.id" EACH_LANE "AND t.lease_owner = $1 "
    "LIMIT $2)"};
const Statement sweep_orphans{
    "UPDATE task SET lease_owner = 0 WHERE status = 'queued' AND lease_owner > 0 "
    "AND (tenant_id, id) IN (SELECT t.tenant_id, t.id" EACH_LANE "AND t.lease_owner > 0 "
    "AND t.lease_owner <> $1 AND NOT EXISTS (SELECT 1 FROM node n "
    "WHERE n.holder = t.lease_owner AND n.lease_until > 0) LIMIT $2)"};
#undef EACH_LANE
const Statement lanes_to_serve{
    "SELECT e.id FROM endpoint e WHERE e.status = 'active' AND EXISTS (SELECT 1 FROM task t "
    "WHERE t.lane_id = e.id AND t.lease_owner = 0 AND t.status = 'queued' AND t.due_at <= $1)"};
const Statement timers{
    "SELECT " TASK_COLUMNS " FROM task WHERE status = 'queued' AND lane_id = 0 "
    "AND lease_owner = 0 AND due_at <= $1 ORDER BY due_at, tenant_id, id LIMIT $2"};
const Statement earliest_after{
    "SELECT min(due_at) FROM task WHERE status = 'queued' AND lane_id = $1 AND lease_owner = 0 "
    "AND due_at > $2"};
const Statement count_all_queued{
    "SELECT count(*) FROM (SELECT id FROM task WHERE status = 'queued' LIMIT $1) AS q"};
const Statement update{"UPDATE task SET status = $3, attempts = $4, due_at = $5, updated_at = $6 "
                       "WHERE tenant_id = $1 AND id = $2 AND status = 'queued'"};
const Statement finish{
    "UPDATE task SET status = $3, attempts = $4, due_at = $5, updated_at = $6, lease_owner = 0 "
    "WHERE tenant_id = $1 AND id = $2 AND lease_owner = $7 AND fence = $8 AND status = 'queued'"};
const Statement count_one{
    "UPDATE task SET attempts = $3, updated_at = $4, lease_owner = 0 WHERE tenant_id = $1 "
    "AND id = $2 AND lease_owner = $5 AND fence = $6 AND status <> 'queued'"};
const Statement requeue{
    "UPDATE task SET status = 'queued', due_at = $3, updated_at = $3, lease_owner = $4, "
    "fence = fence + 1 WHERE tenant_id = $1 AND id = $2 AND status <> 'queued' "
    "RETURNING attempts, fence"};
const Statement cancel{
    "UPDATE task SET status = 'cancelled', updated_at = $3 WHERE tenant_id = $1 AND "
    "status = 'queued' AND id IN (SELECT id FROM task WHERE tenant_id = $1 AND lane_id = $2 AND "
    "lane_id <> 0 AND status = 'queued' LIMIT $4)"};
const Statement add_attempt{
    "INSERT INTO attempt (tenant_id, task_id, number, started_at, latency_us, "
    "outcome, http_status, answer, fence) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
const Statement attempts{
    "SELECT number, started_at, latency_us, outcome, http_status, answer, fence "
    "FROM attempt WHERE tenant_id = $1 AND task_id = $2 ORDER BY number"};
// Deliveries are what has a lane.
const Statement list_of_status{"SELECT " TASK_COLUMNS " FROM task WHERE tenant_id = $1 AND id < $2 "
                               "AND status = $3 AND lane_id <> 0 ORDER BY id DESC LIMIT $4"};
const Statement list_of_lane{"SELECT " TASK_COLUMNS " FROM task WHERE tenant_id = $1 AND id < $2 "
                             "AND status = $3 AND lane_id = $5 AND lane_id <> 0 "
                             "ORDER BY id DESC LIMIT $4"};
const Statement list_of_event{"SELECT " TASK_COLUMNS " FROM task WHERE tenant_id = $1 AND id < $2 "
                              "AND kind = 'delivery' AND ($3 = '' OR status = $3) "
                              "AND ($4 = 0 OR lane_id = $4) AND subject_id = $6 "
                              "ORDER BY id DESC LIMIT $5"};

#undef TASK_COLUMNS

TaskRow read(const Row& row) {
    return {row.id<TenantId>(0), row.id<TaskId>(1), row.string(2),   row.integer(3),
            row.integer(4),      row.string(5),     row.integer(6),  row.instant(7),
            row.instant(8),      row.instant(9),    row.integer(10), row.integer(11)};
}

std::vector<TaskRow> read_all(const Rows& rows) {
    std::vector<TaskRow> tasks;
    for (std::size_t i = 0; i < rows.size(); ++i)
        tasks.push_back(read(rows[i]));
    return tasks;
}

} // namespace

Step<> insert_task(Session& s, TenantId tenant, TaskId id, std::string_view kind,
                   std::int64_t subject_id, std::int64_t lane_id, Instant due_at, Instant now,
                   std::int64_t holder) {
    co_await s.send(insert, tenant, id, kind, subject_id, lane_id, due_at, now, holder,
                    holder == 0 ? 0 : 1);
}

Step<std::optional<TaskRow>> find_task(Session& s, TenantId tenant, TaskId id) {
    const Rows rows = co_await s.run(find, tenant, id);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<bool> is_queued(Session& s, TenantId tenant, std::string_view kind, std::int64_t subject_id) {
    const Rows rows = co_await s.run(find_queued, tenant, subject_id, kind);
    co_return !rows.empty();
}

Step<bool> hold_queued(Session& s, TenantId tenant, std::string_view kind,
                       std::int64_t subject_id) {
    const Rows rows = co_await s.run(hold, tenant, subject_id, kind);
    co_return rows.changed() > 0;
}

Step<std::vector<DueDelivery>> claim_deliveries(Session& s, EndpointId lane, Instant now,
                                                std::size_t limit, std::int64_t holder) {
    const Rows rows =
        co_await s.run(claim_due, lane, now, static_cast<std::int64_t>(limit), holder);
    std::vector<std::pair<Instant, DueDelivery>> due;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row row = rows[i];
        SETTLED_ASSERT(!row.is_null(6), "a delivery's event is kept as long as the delivery");
        due.push_back({row.instant(5),
                       {row.id<TenantId>(0),
                        row.id<TaskId>(1),
                        row.id<EventId>(2),
                        row.integer(3),
                        {holder, row.integer(4)},
                        row.string(6)}});
    }
    std::ranges::sort(due, {}, [](const auto& d) { return std::pair(d.first, d.second.task); });
    std::vector<DueDelivery> claimed;
    for (auto& [at, delivery] : due)
        claimed.push_back(std::move(delivery));
    co_return claimed;
}

Step<> give_back(Session& s, TenantId tenant, TaskId id, Claim claim) {
    co_await s.send(give_one_back, tenant, id, claim.holder, claim.fence);
}

Step<std::int64_t> sweep_tasks(Session& s, std::int64_t holder, std::size_t limit) {
    const Rows swept = co_await s.run(sweep, holder, static_cast<std::int64_t>(limit));
    co_return swept.changed();
}

Step<std::int64_t> free_orphans(Session& s, std::int64_t me, std::size_t limit) {
    const Rows freed = co_await s.run(sweep_orphans, me, static_cast<std::int64_t>(limit));
    co_return freed.changed();
}

Step<std::vector<EndpointId>> lanes_with_work(Session& s, Instant now) {
    const Rows rows = co_await s.run(lanes_to_serve, now);
    std::vector<EndpointId> lanes;
    for (std::size_t i = 0; i < rows.size(); ++i)
        lanes.push_back(rows[i].id<EndpointId>(0));
    co_return lanes;
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

Step<bool> update_task(Session& s, TenantId tenant, TaskId id, domain::TaskStatus status,
                       std::int64_t attempts_made, Instant due_at, Instant now) {
    const Rows updated =
        co_await s.run(update, tenant, id, token(status), attempts_made, due_at, now);
    co_return updated.changed() == 1;
}

Step<AttemptResultStored> finish_attempt(Session& s, TenantId tenant, TaskId id, Claim claim,
                                         domain::TaskStatus status, std::int64_t attempts_made,
                                         Instant due_at, Instant now) {
    const Rows finished = co_await s.run(finish, tenant, id, token(status), attempts_made, due_at,
                                         now, claim.holder, claim.fence);
    if (finished.changed() == 1)
        co_return AttemptResultStored::applied;
    const Rows counted =
        co_await s.run(count_one, tenant, id, attempts_made, now, claim.holder, claim.fence);
    co_return counted.changed() == 1 ? AttemptResultStored::task_closed
                                     : AttemptResultStored::claim_lost;
}

Step<std::optional<Requeued>> requeue_task(Session& s, TenantId tenant, TaskId id, Instant now,
                                           std::int64_t holder) {
    const Rows rows = co_await s.run(requeue, tenant, id, now, holder);
    if (rows.empty())
        co_return std::nullopt;
    co_return Requeued{rows.front().integer(0), {holder, rows.front().integer(1)}};
}

Step<std::int64_t> cancel_some(Session& s, TenantId tenant, EndpointId lane, std::size_t limit,
                               Instant now) {
    const Rows updated =
        co_await s.run(cancel, tenant, lane, now, static_cast<std::int64_t>(limit));
    co_return updated.changed();
}

Step<> insert_attempt(Session& s, TenantId tenant, TaskId task, const AttemptRow& a) {
    co_await s.send(add_attempt, tenant, task, a.number, a.started_at, a.latency_us, a.outcome,
                    a.http_status, a.answer, a.fence);
}

Step<std::vector<AttemptRow>> list_attempts(Session& s, TenantId tenant, TaskId task) {
    const Rows rows = co_await s.run(attempts, tenant, task);
    std::vector<AttemptRow> all;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row row = rows[i];
        all.push_back({row.integer(0), row.instant(1), row.integer(2), row.string(3),
                       row.is_null(4) ? std::nullopt : std::optional(row.integer(4)), row.string(5),
                       row.integer(6)});
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
    std::vector<TaskRow> deliveries;
    for (const std::string_view status : wanted(f.status, domain::task_status_tokens())) {
        Rows rows;
        if (f.endpoint == 0)
            rows = co_await s.run(list_of_status, tenant, before, status, most);
        else
            rows = co_await s.run(list_of_lane, tenant, before, status, most, f.endpoint);
        std::ranges::move(read_all(rows), std::back_inserter(deliveries));
    }
    keep_newest(deliveries, limit);
    co_return deliveries;
}

} // namespace settled::store
