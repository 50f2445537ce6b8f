// The outbox: tasks and their attempts.
#pragma once

#include "flow/delivery.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::store {

inline constexpr std::string_view task_delivery = "delivery"; // subject: event; lane: endpoint
inline constexpr std::string_view task_tell_unmatched = "tell_unmatched"; // subject: settlement

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
};

struct AttemptRow {
    std::int64_t number = 0; // from 1
    Instant started_at;
    std::int64_t latency_us = 0;
    std::string outcome;
    std::optional<std::int64_t> http_status;
    std::string answer;
};

Step<> insert_task(Session& s, TenantId tenant, TaskId id, std::string_view kind,
                   std::int64_t subject_id, std::int64_t lane_id, Instant due_at, Instant now);
Step<std::optional<TaskRow>> find_task(Session& s, TenantId tenant, TaskId id);

// A delivery that is due, with what it says.
struct DueDelivery {
    TenantId tenant;
    TaskId task;
    EventId event;
    std::int64_t attempts = 0; // made so far
    std::string type;
    std::string body;
};
// Of one endpoint, oldest due first.
Step<std::vector<DueDelivery>> due_deliveries(Session& s, EndpointId lane, Instant now,
                                              std::size_t limit);
// Timers of all tenants, oldest due first.
Step<std::vector<TaskRow>> due_timers(Session& s, Instant now, std::size_t limit);
// When the next queued task of a lane becomes due, those aside that are due at `after` already;
// nullopt when there is none. Lane 0: the timers.
Step<std::optional<Instant>> next_due(Session& s, std::int64_t lane, Instant after);
// How many tasks are queued in all lanes, counted up to `most`.
Step<std::int64_t> count_queued(Session& s, std::int64_t most);

// Sets status, attempts and due time of a queued task. False: it was not queued any more.
Step<bool> update_task(Session& s, TenantId tenant, TaskId id, flow::TaskStatus status,
                       std::int64_t attempts, Instant due_at, Instant now);
// Counts an attempt of a task that was ended while it was under way, so that the next one, if it is
// queued again, gets a number of its own.
Step<> count_attempt(Session& s, TenantId tenant, TaskId id, std::int64_t attempts, Instant now);
// Queues a finished, dead or cancelled task again; its attempts go on counting. False: it is queued
// now.
Step<bool> requeue_task(Session& s, TenantId tenant, TaskId id, Instant now);
// Ends every queued task of a lane; returns how many.
Step<std::int64_t> cancel_lane(Session& s, TenantId tenant, std::int64_t lane_id, Instant now);

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
