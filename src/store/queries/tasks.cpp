#include "store/queries/tasks.h"

#include "store/merged.h"
#include "store/queries/series.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace settled::store {

namespace {

#define TASK_COLUMNS                                                                               \
    "tenant_id, id, kind, subject_id, lane_id, status, attempts, due_at, created_at, "             \
    "updated_at, lease_owner, fence, waits, order_key, batch_id, of_interval, attempts_before, "   \
    "owed_at, outcome"

const Statement insert{"INSERT INTO task (" TASK_COLUMNS ") "
                       "VALUES ($1, $2, $3, $4, $5, 'queued', 0, $6, $7, $7, $8, $9, $10, $11, 0, "
                       "$12, 0, $7, '')"};
const Statement find{"SELECT " TASK_COLUMNS " FROM task WHERE tenant_id = $1 AND id = $2"};
// Of that subject: were it not bounded on both sides, SQLite would go through all tasks of the
// tenant, which are in the key's own tree.
#define OF_SUBJECT "tenant_id = $1 AND subject_id >= $2 AND subject_id <= $2 "
const Statement find_queued{"SELECT id FROM task WHERE " OF_SUBJECT
                            "AND kind = $3 AND status = 'queued' LIMIT 1"};
// An update, so that the row is locked: a read would see one as queued that is being finished
// elsewhere.
const Statement hold{"UPDATE task SET updated_at = updated_at WHERE " OF_SUBJECT
                     "AND kind = $3 AND status = 'queued'"};
// They are picked once, whatever the plan: a subquery in the condition can be run again for each
// row that it is compared with, passes over those that it has changed already, and so picks all
// that there are. What is picked is locked, and was looked at again by the database when it was.
const Statement claim_due{
    "WITH picked AS MATERIALIZED (SELECT tenant_id, id FROM task "
    "WHERE lane_id = $1 AND lease_owner = 0 AND status = 'queued' AND due_at <= $2 "
    "ORDER BY due_at, tenant_id, id LIMIT $3 /*FOR UPDATE SKIP LOCKED*/) "
    "UPDATE task SET lease_owner = $4, fence = fence + 1 "
    "WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM picked) RETURNING tenant_id, id, "
    "subject_id, attempts, fence, due_at, attempts_before, order_key, owed_at, created_at, "
    "(SELECT e.body FROM event e WHERE e.tenant_id = task.tenant_id AND e.id = task.subject_id), "
    "(SELECT b.head FROM delivery_body b WHERE b.tenant_id = task.tenant_id AND b.id = task.id), "
    "(SELECT b.body FROM delivery_body b WHERE b.tenant_id = task.tenant_id AND b.id = task.id)"};
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
// The notification whose event a task delivers, if it is one's.
#define ITS_NOTIFICATION                                                                           \
    "(SELECT n.id FROM notification n WHERE n.tenant_id = task.tenant_id "                         \
    "AND n.event_id = task.subject_id)"
#define OWED_AT "CASE WHEN owed_at > 0 THEN owed_at ELSE created_at END"
const Statement finish{
    "UPDATE task SET status = $3, attempts = $4, due_at = $5, updated_at = $6, lease_owner = 0, "
    "attempts_before = $9, outcome = $10 "
    "WHERE tenant_id = $1 AND id = $2 AND lease_owner = $7 AND fence = $8 AND status = 'queued' "
    "RETURNING " ITS_NOTIFICATION ", " OWED_AT ", kind"};
const Statement count_one{
    "UPDATE task SET attempts = $3, updated_at = $4, lease_owner = 0 WHERE tenant_id = $1 "
    "AND id = $2 AND lease_owner = $5 AND fence = $6 AND status <> 'queued'"};
const Statement requeue{
    "UPDATE task SET status = 'queued', due_at = $6, updated_at = $3, owed_at = $3, "
    "lease_owner = $4, fence = fence + 1, waits = $5, attempts_before = attempts "
    "WHERE tenant_id = $1 AND id = $2 AND (status <> 'queued' OR lease_owner = 0) "
    "RETURNING attempts, fence, " ITS_NOTIFICATION};
// SQLite uses such an index whole only where its last column is bounded on both sides.
const Statement list_gathered{
    "SELECT id, subject_id, order_key FROM task WHERE tenant_id = $1 AND lane_id = $2 "
    "AND status = 'queued' AND waits > 0 AND waits < 2 ORDER BY waits, id LIMIT $3"};
const Statement open_interval{
    "SELECT id FROM task WHERE tenant_id = $1 AND lane_id >= $2 AND lane_id <= $2 "
    "AND status = 'queued' AND waits = 0 AND of_interval = 1 ORDER BY lane_id, id LIMIT 1"};
const Statement set_waiting{
    "UPDATE task SET waits = $3, batch_id = $4, due_at = $5, updated_at = $6 "
    "WHERE tenant_id = $1 AND id = $2 AND status = 'queued'"};
const Statement bring_forward{"UPDATE task SET due_at = $4 WHERE " OF_SUBJECT
                              "AND kind = $3 AND status = 'queued' AND due_at > $4"};
const Statement release_some{
    "UPDATE task SET waits = 0, due_at = $3, updated_at = $3 WHERE tenant_id = $1 "
    "AND status = 'queued' AND id IN (SELECT id FROM task WHERE tenant_id = $1 AND lane_id = $2 "
    "AND status = 'queued' AND waits > 0 AND waits < 2 ORDER BY waits, id LIMIT $4)"};
// Kinds of waiting come in their order: what waits for nothing first.
const Statement find_first_in_line{
    "SELECT id FROM task WHERE tenant_id = $1 AND lane_id = $2 AND order_key = $3 "
    "AND order_key > 0 AND status = 'queued' AND waits < 1 ORDER BY waits, id LIMIT 1"};
const Statement find_next_in_line{
    "SELECT t.id FROM task t LEFT JOIN event e ON e.tenant_id = t.tenant_id AND e.id = "
    "t.subject_id "
    "WHERE t.tenant_id = $1 AND t.lane_id = $2 AND t.order_key = $3 AND t.order_key > 0 "
    "AND t.status = 'queued' AND t.waits > 1 AND t.waits < 3 "
    "ORDER BY COALESCE(e.version, 0), t.id LIMIT 1"};
// Here it takes the first of the lower bounds.
const Statement finish_those{
    "UPDATE task SET status = $3, attempts = $4, updated_at = $5, attempts_before = $6, "
    "outcome = $7 WHERE tenant_id = $1 AND batch_id >= $2 AND batch_id <= $2 AND batch_id > 0 "
    "AND status = 'queued' RETURNING " ITS_NOTIFICATION ", " OWED_AT};
#undef OWED_AT
const Statement requeue_those{
    "UPDATE task SET status = 'queued', waits = 3, due_at = $4, updated_at = $3, owed_at = $3, "
    "attempts_before = attempts WHERE tenant_id = $1 AND batch_id >= $2 AND batch_id <= $2 "
    "AND batch_id > 0 RETURNING " ITS_NOTIFICATION};
const Statement find_delivery_of{
    "SELECT " TASK_COLUMNS " FROM task WHERE " OF_SUBJECT
    "AND kind = 'delivery' AND lane_id = $3 ORDER BY subject_id, kind, id LIMIT 1"};
#undef OF_SUBJECT
const Statement count_due_of{
    "SELECT count(*) FROM (SELECT id FROM task WHERE status = 'queued' AND lane_id = $1 "
    "AND lease_owner = 0 AND due_at <= $2 LIMIT $3) AS q"};
const Statement cancel{
    "UPDATE task SET status = 'cancelled', updated_at = $3 WHERE tenant_id = $1 AND "
    "status = 'queued' AND id IN (SELECT id FROM task WHERE tenant_id = $1 AND lane_id = $2 AND "
    "lane_id <> 0 AND status = 'queued' LIMIT $4) RETURNING " ITS_NOTIFICATION};
const Statement add_attempt{
    "INSERT INTO attempt (tenant_id, task_id, number, started_at, latency_us, "
    "outcome, http_status, answer, fence) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
const Statement attempts{
    "SELECT number, started_at, latency_us, outcome, http_status, answer, fence "
    "FROM attempt WHERE tenant_id = $1 AND task_id = $2 ORDER BY number"};
// Deliveries are what has a lane. Never by the tenant's ids alone.
const Statement list_of_status{"SELECT " TASK_COLUMNS " FROM task WHERE tenant_id = $1 "
                               "AND (status, id) < ($3, $2) AND status >= $3 AND lane_id <> 0 "
                               "AND kind <> 'batch' ORDER BY status DESC, id DESC LIMIT $4"};
const Statement list_of_lane{"SELECT " TASK_COLUMNS " FROM task WHERE tenant_id = $1 "
                             "AND lane_id = $5 AND (status, id) < ($3, $2) AND status >= $3 "
                             "AND lane_id <> 0 AND kind <> 'batch' "
                             "ORDER BY status DESC, id DESC LIMIT $4"};
const Statement list_of_event{"SELECT " TASK_COLUMNS " FROM task WHERE tenant_id = $1 "
                              "AND subject_id = $6 AND (kind, id) < ('delivery', $2) "
                              "AND kind >= 'delivery' AND ($3 = '' OR status = $3) "
                              "AND ($4 = 0 OR lane_id = $4) ORDER BY kind DESC, id DESC LIMIT $5"};

#undef TASK_COLUMNS
#undef ITS_NOTIFICATION

TaskRow read(const Row& row) {
    return {row.id<TenantId>(0),
            row.id<TaskId>(1),
            row.string(2),
            row.integer(3),
            row.integer(4),
            row.string(5),
            row.integer(6),
            row.instant(7),
            row.instant(8),
            row.instant(9),
            row.integer(10),
            row.integer(11),
            static_cast<Waits>(row.integer(12)),
            row.integer(13),
            row.id<BatchId>(14),
            row.integer(15) != 0,
            row.integer(16),
            row.integer(17) != 0 ? row.instant(17) : row.instant(8),
            row.string(18)};
}

std::optional<NotificationId> notification_in(const Row& row, std::size_t column = 0) {
    return row.is_null(column) ? std::nullopt : std::optional(row.id<NotificationId>(column));
}

std::vector<NotificationId> notifications_in(const Rows& rows) {
    std::vector<NotificationId> all;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (const auto notification = notification_in(rows[i]))
            all.push_back(*notification);
    return all;
}

DeliveryEnd end_of(domain::TaskStatus status) {
    switch (status) {
    case domain::TaskStatus::done:
        return DeliveryEnd::delivered;
    case domain::TaskStatus::queued:
        return DeliveryEnd::to_retry;
    case domain::TaskStatus::dead:
        return DeliveryEnd::dead;
    case domain::TaskStatus::cancelled:
        return DeliveryEnd::cancelled;
    }
    return DeliveryEnd::dead;
}

void count_delivery(Session& s, TenantId tenant, const Finished& f, Instant owed_at) {
    const auto end = static_cast<std::int64_t>(end_of(f.status));
    count_figure(s, {tenant, Metric::deliveries, end, f.now});
    if (f.status == domain::TaskStatus::done)
        count_figure(s, {tenant, Metric::told, told_bucket(f.now - owed_at), f.now});
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
                    holder == 0 ? 0 : 1, 0, 0, 0);
}

Step<> insert_delivery(Session& s, TenantId tenant, const NewDelivery& d) {
    const Instant due = d.waits == Waits::nothing ? d.now : never;
    co_await s.send(insert, tenant, d.id, d.kind, d.subject_id, d.endpoint, due, d.now, d.holder,
                    d.holder == 0 ? 0 : 1, static_cast<std::int64_t>(d.waits), d.order_key,
                    d.of_interval ? 1 : 0);
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
        const bool is_event = row.is_null(12);
        SETTLED_ASSERT(!is_event || !row.is_null(10),
                       "a delivery's event is kept as long as the delivery");
        const Instant owed_at = row.integer(8) != 0 ? row.instant(8) : row.instant(9);
        due.push_back({row.instant(5),
                       {row.id<TenantId>(0),
                        row.id<TaskId>(1),
                        row.id<EventId>(2),
                        row.integer(3),
                        {holder, row.integer(4)},
                        row.string(is_event ? 10 : 12),
                        is_event ? std::nullopt : std::optional(row.string(11)),
                        row.integer(6),
                        row.integer(7),
                        owed_at}});
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

Step<FinishedTask> finish_attempt(Session& s, TenantId tenant, TaskId id, Claim claim,
                                  const Finished& f) {
    const Rows finished =
        co_await s.run(finish, tenant, id, token(f.status), f.attempts, f.due_at, f.now,
                       claim.holder, claim.fence, f.attempts_before, f.outcome);
    if (!finished.empty()) {
        const Row& ended = finished.front();
        if (ended.text(2) == task_delivery) // a batch counts for its members
            count_delivery(s, tenant, f, ended.instant(1));
        co_return FinishedTask{AttemptResultStored::applied, notification_in(ended)};
    }
    const Rows counted =
        co_await s.run(count_one, tenant, id, f.attempts, f.now, claim.holder, claim.fence);
    co_return FinishedTask{counted.changed() == 1 ? AttemptResultStored::task_closed
                                                  : AttemptResultStored::claim_lost,
                           std::nullopt};
}

Step<std::optional<Requeued>> requeue_task(Session& s, TenantId tenant, TaskId id, Instant now,
                                           std::int64_t holder, Waits waits) {
    const Instant due = waits == Waits::nothing ? now : never;
    const Rows rows =
        co_await s.run(requeue, tenant, id, now, holder, static_cast<std::int64_t>(waits), due);
    if (rows.empty())
        co_return std::nullopt;
    co_return Requeued{rows.front().integer(0),
                       {holder, rows.front().integer(1)},
                       notification_in(rows.front(), 2)};
}

Step<std::vector<Gathered>> gathered(Session& s, TenantId tenant, EndpointId lane,
                                     std::size_t limit) {
    const Rows rows = co_await s.run(list_gathered, tenant, lane, static_cast<std::int64_t>(limit));
    std::vector<Gathered> all;
    for (std::size_t i = 0; i < rows.size(); ++i)
        all.push_back({rows[i].id<TaskId>(0), rows[i].integer(1), rows[i].integer(2)});
    co_return all;
}

Step<bool> has_open_interval(Session& s, TenantId tenant, EndpointId lane) {
    const Rows rows = co_await s.run(open_interval, tenant, lane);
    co_return !rows.empty();
}

Step<> due_by(Session& s, TenantId tenant, std::string_view kind, std::int64_t subject_id,
              Instant latest) {
    co_await s.send(bring_forward, tenant, subject_id, kind, latest);
}

Step<> set_waits(Session& s, TenantId tenant, TaskId id, Waits waits, BatchId batch, Instant now) {
    const Instant due = waits == Waits::nothing ? now : never;
    co_await s.send(set_waiting, tenant, id, static_cast<std::int64_t>(waits), batch, due, now);
}

Step<std::int64_t> release_gathered(Session& s, TenantId tenant, EndpointId lane, std::size_t limit,
                                    Instant now) {
    const Rows released =
        co_await s.run(release_some, tenant, lane, now, static_cast<std::int64_t>(limit));
    co_return released.changed();
}

Step<std::optional<TaskId>> first_in_line(Session& s, TenantId tenant, EndpointId lane,
                                          std::int64_t order_key) {
    const Rows rows = co_await s.run(find_first_in_line, tenant, lane, order_key);
    if (rows.empty())
        co_return std::nullopt;
    co_return rows.front().id<TaskId>(0);
}

Step<bool> release_next(Session& s, TenantId tenant, EndpointId lane, std::int64_t order_key,
                        Instant now) {
    const Rows rows = co_await s.run(find_next_in_line, tenant, lane, order_key);
    if (rows.empty())
        co_return false;
    co_await set_waits(s, tenant, rows.front().id<TaskId>(0), Waits::nothing, {}, now);
    co_return true;
}

Step<std::vector<NotificationId>> finish_members(Session& s, TenantId tenant, BatchId batch,
                                                 const Finished& f) {
    const Rows finished = co_await s.run(finish_those, tenant, batch, token(f.status), f.attempts,
                                         f.now, f.attempts_before, f.outcome);
    for (std::size_t i = 0; i < finished.size(); ++i)
        count_delivery(s, tenant, f, finished[i].instant(1));
    co_return notifications_in(finished);
}

Step<std::vector<NotificationId>> requeue_members(Session& s, TenantId tenant, BatchId batch,
                                                  Instant now) {
    const Rows queued = co_await s.run(requeue_those, tenant, batch, now, never);
    co_return notifications_in(queued);
}

Step<std::optional<TaskRow>> delivery_of(Session& s, TenantId tenant, EventId event,
                                         EndpointId lane) {
    const Rows rows = co_await s.run(find_delivery_of, tenant, event, lane);
    if (rows.empty())
        co_return std::nullopt;
    co_return read(rows.front());
}

Step<std::int64_t> count_due(Session& s, EndpointId lane, Instant now, std::int64_t most) {
    const Rows rows = co_await s.run(count_due_of, lane, now, most);
    co_return rows.front().integer(0);
}

Step<CancelledTasks> cancel_some(Session& s, TenantId tenant, EndpointId lane, std::size_t limit,
                                 Instant now) {
    const Rows updated =
        co_await s.run(cancel, tenant, lane, now, static_cast<std::int64_t>(limit));
    co_return CancelledTasks{updated.size(), notifications_in(updated)};
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
