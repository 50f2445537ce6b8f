// The outbox: tasks and their attempts.
//
// A queued task may be held by a node that has it in memory (`lease_owner`, store/queries/nodes.h).
// Its fence rises whenever it is taken or queued again. Only the holder under the present fence can
// record an attempt (docs/decisions/0012-nodes.md).
#pragma once

#include "domain/delivery.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::store {

inline constexpr std::string_view task_delivery = "delivery"; // subject: event; lane: endpoint
// Several deliveries of one endpoint, sent as one body. subject: the task itself; lane: endpoint
inline constexpr std::string_view task_batch = "batch";
inline constexpr std::string_view task_interval = "interval";             // subject: endpoint
inline constexpr std::string_view task_tell_dead = "tell_dead";           // subject: endpoint
inline constexpr std::string_view task_recover = "recover";               // subject: redelivery
inline constexpr std::string_view task_tell_unmatched = "tell_unmatched"; // subject: settlement
inline constexpr std::string_view task_watermark = "watermark";           // subject: settlement
// One of the facts of a crowd (units/matching/neighbours.h): settlement.look_again says that it is
// queued.
inline constexpr std::string_view task_decide_again = "decide_again";     // subject: settlement
inline constexpr std::string_view task_settle_payment = "settle_payment"; // subject: payment
inline constexpr std::string_view task_reverse = "reverse";               // subject: reversal
inline constexpr std::string_view task_cancel = "cancel";                 // subject: endpoint
inline constexpr std::string_view task_statement = "statement"; // subject: statement request
inline constexpr std::string_view task_unclear_credit = "unclear_credit"; // subject: movement
inline constexpr std::string_view task_return = "return";                 // subject: return
inline constexpr std::string_view task_collect = "collect";               // subject: settlement

// What a queued delivery waits for, other than its time. The numbers are in the store.
enum class Waits : std::uint8_t {
    nothing = 0,
    interval = 1, // it gathers until its endpoint's interval is over
    subject = 2,  // an earlier delivery of its subject is not done
    batch = 3,    // it goes with its batch
};
// When what waits for another thing is due.
inline constexpr Instant never{std::int64_t{1} << 61};

struct TaskRow {
    TenantId tenant;
    TaskId id;
    std::string kind;
    std::int64_t subject_id = 0;
    std::int64_t lane_id = 0;
    std::string status;
    std::int64_t attempts = 0;
    Instant due_at;
    Instant created_at;
    Instant updated_at;
    std::int64_t lease_owner = 0; // 0: no worker has it
    std::int64_t fence = 0;
    Waits waits = Waits::nothing;
    std::int64_t order_key = 0;       // the subject; 0: its endpoint keeps no order
    BatchId batch;                    // 0: it goes by itself
    bool of_interval = false;         // it gathered for an interval
    std::int64_t attempts_before = 0; // of `attempts`, those that the schedule does not count
    Instant owed_at;                  // when it was queued last
    std::string outcome;              // of the last attempt
};

// A delivery that is owed.
struct NewDelivery {
    TaskId id;
    std::string_view kind = task_delivery;
    std::int64_t subject_id = 0;
    EndpointId endpoint;
    Instant now;
    std::int64_t holder = 0; // that holds it from the start, under fence 1; 0: none does
    Waits waits = Waits::nothing;
    std::int64_t order_key = 0;
    bool of_interval = false;
};

struct AttemptRow {
    std::int64_t number = 0; // from 1
    Instant started_at;
    std::int64_t latency_us = 0;
    std::string outcome;
    std::optional<std::int64_t> http_status;
    std::string answer;
    std::int64_t fence = 0; // that it was made under
};

// The claim under which an attempt is made.
struct Claim {
    std::int64_t holder = 0;
    std::int64_t fence = 0;
};

// Held by `holder` from the start, under fence 1; 0: by no worker.
Step<> insert_task(Session& s, TenantId tenant, TaskId id, std::string_view kind,
                   std::int64_t subject_id, std::int64_t lane_id, Instant due_at, Instant now,
                   std::int64_t holder = 0);
Step<> insert_delivery(Session& s, TenantId tenant, const NewDelivery& delivery);
Step<std::optional<TaskRow>> find_task(Session& s, TenantId tenant, TaskId id);
// Whether a task of that kind and subject is queued.
Step<bool> is_queued(Session& s, TenantId tenant, std::string_view kind, std::int64_t subject_id);
// The same, and no such task is done before this unit has ended: a unit that first updates its task
// and then reads sees what this one has written.
Step<bool> hold_queued(Session& s, TenantId tenant, std::string_view kind, std::int64_t subject_id);

// The queued tasks of that kind and subject are due by then, if they were due later.
Step<> due_by(Session& s, TenantId tenant, std::string_view kind, std::int64_t subject_id,
              Instant latest);

// A delivery that was due and is held now, with its event.
struct DueDelivery {
    TenantId tenant;
    TaskId task;
    EventId event;
    std::int64_t attempts = 0; // made so far
    Claim claim;
    std::string body;
    std::optional<std::string> head; // of another format than the event's own
    std::int64_t attempts_before = 0;
    std::int64_t order_key = 0;
    Instant owed_at;
};
// Takes what is due in an endpoint's lane and held by no worker, oldest due first.
Step<std::vector<DueDelivery>> claim_deliveries(Session& s, EndpointId lane, Instant now,
                                                std::size_t limit, std::int64_t holder);
// Gives a task back. It stays as it is if it is not held under that claim any more.
Step<> give_back(Session& s, TenantId tenant, TaskId id, Claim claim);
// Gives back what a holder holds, at most `limit` tasks; returns how many.
Step<std::int64_t> sweep_tasks(Session& s, std::int64_t holder, std::size_t limit);
// The same for tasks whose holder is no live node and not `me`.
Step<std::int64_t> free_orphans(Session& s, std::int64_t me, std::size_t limit);
// The active endpoints that have a due task which no worker holds.
Step<std::vector<EndpointId>> lanes_with_work(Session& s, Instant now);
// Timers of all tenants, oldest due first.
Step<std::vector<TaskRow>> due_timers(Session& s, Instant now, std::size_t limit);
// When the next queued task of a lane that no worker holds becomes due, except those that are due
// at `after` already; nullopt when there is none. Lane 0: the timers.
Step<std::optional<Instant>> next_due(Session& s, std::int64_t lane, Instant after);
// How many tasks are queued in all lanes, counted up to `most`.
Step<std::int64_t> count_queued(Session& s, std::int64_t most);

// Sets status, attempts and due time of a queued task, whether it is held or not. False: it was not
// queued any more.
Step<bool> update_task(Session& s, TenantId tenant, TaskId id, domain::TaskStatus status,
                       std::int64_t attempts, Instant due_at, Instant now);
enum class AttemptResultStored : std::uint8_t {
    applied,     // the result was applied: the task has its new state, and no worker holds it now
    task_closed, // the task had ended while the attempt was under way; the attempt is counted
    claim_lost,  // the task is no longer held under this claim; nothing was changed
};
struct FinishedTask {
    AttemptResultStored kept = AttemptResultStored::applied;
    // Whose event the task delivers: its status may be another one now
    // (units/notifications/notification.h).
    std::optional<NotificationId> notification;
};
// The new state of a task after an attempt.
struct Finished {
    domain::TaskStatus status = domain::TaskStatus::done;
    std::int64_t attempts = 0;
    std::int64_t attempts_before = 0;
    Instant due_at;
    std::string_view outcome;
    Instant now;
};
Step<FinishedTask> finish_attempt(Session& s, TenantId tenant, TaskId id, Claim claim,
                                  const Finished& finished);
struct Requeued {
    std::int64_t attempts = 0;
    Claim claim;
    std::optional<NotificationId> notification; // as in FinishedTask
};
// Queues a task again: one that has ended, or one that waits and that no worker holds; held by
// `holder` (0: by no worker). Its schedule begins again, its attempts go on counting, and an
// attempt under way has lost its claim. nullopt: a worker holds it now.
Step<std::optional<Requeued>> requeue_task(Session& s, TenantId tenant, TaskId id, Instant now,
                                           std::int64_t holder = 0, Waits waits = Waits::nothing);

// What gathered for an endpoint's interval, in order.
struct Gathered {
    TaskId id;
    std::int64_t event = 0;
    std::int64_t order_key = 0;
};
Step<std::vector<Gathered>> gathered(Session& s, TenantId tenant, EndpointId lane,
                                     std::size_t limit);
// Whether something that gathered for an earlier interval is neither delivered nor given up.
Step<bool> has_open_interval(Session& s, TenantId tenant, EndpointId lane);
// A queued delivery from now on waits for that; `batch` 0: for no batch.
Step<> set_waits(Session& s, TenantId tenant, TaskId id, Waits waits, BatchId batch, Instant now);
// What gathers is due now, `limit` at most; returns how many.
Step<std::int64_t> release_gathered(Session& s, TenantId tenant, EndpointId lane, std::size_t limit,
                                    Instant now);

// The delivery of a subject that the others wait for; nullopt: none is queued.
Step<std::optional<TaskId>> first_in_line(Session& s, TenantId tenant, EndpointId lane,
                                          std::int64_t order_key);
// Makes the waiting delivery of the lowest version due. False: none waits.
Step<bool> release_next(Session& s, TenantId tenant, EndpointId lane, std::int64_t order_key,
                        Instant now);

// The deliveries of a batch end, or are tried again, with it. Returns whose events they deliver, as
// in FinishedTask.
Step<std::vector<NotificationId>> finish_members(Session& s, TenantId tenant, BatchId batch,
                                                 const Finished& finished);
Step<std::vector<NotificationId>> requeue_members(Session& s, TenantId tenant, BatchId batch,
                                                  Instant now);
// The deliveries of an event to an endpoint; a few at most.
Step<std::optional<TaskRow>> delivery_of(Session& s, TenantId tenant, EventId event,
                                         EndpointId lane);
// How many of an endpoint's deliveries are due, counted up to `most`.
Step<std::int64_t> count_due(Session& s, EndpointId lane, Instant now, std::int64_t most);
struct CancelledTasks {
    std::size_t count = 0;
    std::vector<NotificationId> notifications; // as in FinishedTask
};
// Ends queued tasks of an endpoint's lane, at most `limit`.
Step<CancelledTasks> cancel_some(Session& s, TenantId tenant, EndpointId lane, std::size_t limit,
                                 Instant now);

Step<> insert_attempt(Session& s, TenantId tenant, TaskId task, const AttemptRow& attempt);
Step<std::vector<AttemptRow>> list_attempts(Session& s, TenantId tenant, TaskId task);

struct DeliveryFilter {
    std::string status;        // empty: any
    std::int64_t endpoint = 0; // 0: any
    std::int64_t event = 0;    // 0: any
};
// Deliveries, newest first, below `before`.
Step<std::vector<TaskRow>> list_deliveries(Session& s, TenantId tenant, DeliveryFilter filter,
                                           std::int64_t before, std::size_t limit);

} // namespace settled::store
