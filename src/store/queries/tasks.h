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
inline constexpr std::string_view task_tell_unmatched = "tell_unmatched"; // subject: settlement
inline constexpr std::string_view task_watermark = "watermark";           // subject: settlement
// One of the facts of a crowd (units/matching/neighbours.h): settlement.look_again says that it is
// queued.
inline constexpr std::string_view task_decide_again = "decide_again";     // subject: settlement
inline constexpr std::string_view task_settle_payment = "settle_payment"; // subject: payment
inline constexpr std::string_view task_reverse = "reverse";               // subject: reversal
inline constexpr std::string_view task_cancel = "cancel";                 // subject: endpoint

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
Step<std::optional<TaskRow>> find_task(Session& s, TenantId tenant, TaskId id);
// Whether a task of that kind and subject is queued.
Step<bool> is_queued(Session& s, TenantId tenant, std::string_view kind, std::int64_t subject_id);
// The same, and no such task is done before this unit has ended: a unit that first updates its task
// and then reads sees what this one has written.
Step<bool> hold_queued(Session& s, TenantId tenant, std::string_view kind, std::int64_t subject_id);

// A delivery that was due and is held now, with its event.
struct DueDelivery {
    TenantId tenant;
    TaskId task;
    EventId event;
    std::int64_t attempts = 0; // made so far
    Claim claim;
    std::string body;
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
// The new state of a task after an attempt.
Step<AttemptResultStored> finish_attempt(Session& s, TenantId tenant, TaskId id, Claim claim,
                                         domain::TaskStatus status, std::int64_t attempts,
                                         Instant due_at, Instant now);
struct Requeued {
    std::int64_t attempts = 0;
    Claim claim;
};
// Queues a finished, dead or cancelled task again, held by `holder` (0: by no worker); its attempts
// go on counting, and an attempt under way has lost its claim. nullopt: it is queued now.
Step<std::optional<Requeued>> requeue_task(Session& s, TenantId tenant, TaskId id, Instant now,
                                           std::int64_t holder = 0);
// Ends queued tasks of an endpoint's lane, at most `limit`; returns how many.
Step<std::int64_t> cancel_some(Session& s, TenantId tenant, EndpointId lane, std::size_t limit,
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
