#include "units/deliveries/record_attempt.h"

#include "units/deliveries/dead_letters.h"
#include "units/deliveries/endpoint_health.h"
#include "units/notifications/notification.h"

#include <utility>
#include <vector>

namespace settled::units {

namespace {

using domain::AfterAttempt;
using domain::TaskStatus;
using store::AttemptResultStored;
using store::Session;
using store::Step;

TaskStatus status_after(AfterAttempt next) {
    switch (next) {
    case AfterAttempt::delivered:
        return TaskStatus::done;
    case AfterAttempt::retry:
        return TaskStatus::queued;
    case AfterAttempt::give_up:
        return TaskStatus::dead;
    case AfterAttempt::disable_endpoint:
        return TaskStatus::cancelled;
    }
    return TaskStatus::dead;
}

store::Locks locks_of(const Attempt& a) {
    store::Locks locks;
    const bool disables = a.disposition.next == AfterAttempt::disable_endpoint;
    const bool notes = a.notes_health || a.disposition.next == AfterAttempt::give_up;
    if (disables)
        locks.add(store::Lock::endpoints(a.tenant));
    else if (notes)
        locks.add(store::Lock::endpoints_shared(a.tenant)); // it may be an event
    if (notes || disables)
        locks.add(store::Lock::endpoint_state(a.tenant, a.endpoint));
    if (a.order_key != 0)
        locks.add(store::Lock::subject_line(a.tenant, a.endpoint, a.order_key));
    return locks;
}

Step<> write_attempt(Session& s, const Attempt& a) {
    const auto http_status =
        a.result.http_status ? std::optional<std::int64_t>(*a.result.http_status) : std::nullopt;
    co_await store::insert_attempt(s, a.tenant, a.task,
                                   {a.number, a.started_at, a.latency.count(),
                                    domain::outcome_token(a.result), http_status, a.answer,
                                    a.claim.fence});
}

// True: another delivery of the subject is due now.
Step<bool> next_of_subject(Session& s, const Attempt& a) {
    if (a.order_key == 0)
        co_return false;
    const auto other = co_await store::first_in_line(s, a.tenant, a.endpoint, a.order_key);
    if (other)
        co_return false;
    co_return co_await store::release_next(s, a.tenant, a.endpoint, a.order_key, a.now);
}

Step<> note_endpoint(Session& s, const Context& context, const Attempt& a, Recorded& recorded) {
    if (a.disposition.next == AfterAttempt::disable_endpoint) {
        co_await disable_endpoint(s, context, a.tenant, a.endpoint, domain::disabled_gone, a.now);
        recorded.endpoint_changed = true;
    } else if (a.notes_health) {
        const HealthNoted noted = co_await note_health(s, context, a);
        recorded.endpoint_changed = noted.changed;
        recorded.health = noted.health;
    }
    if (recorded.is_dead)
        co_await note_dead(s, context, a);
}

} // namespace

Step<Recorded> record_attempt(Session& s, const Context& context,
                              std::shared_ptr<const Attempt> attempt) {
    const Attempt& a = *attempt;
    const store::Locks locks = locks_of(a);
    if (locks.begin() != locks.end())
        co_await s.lock(locks);
    const std::string outcome = domain::outcome_token(a.result);
    const store::Finished finished{
        status_after(a.disposition.next), a.number, a.attempts_before + (a.is_probe ? 1 : 0),
        a.now + a.disposition.wait,       outcome,  a.now};
    Recorded recorded;
    const auto ended = co_await store::finish_attempt(s, a.tenant, a.task, a.claim, finished);
    recorded.kept = ended.kept;
    if (recorded.kept == AttemptResultStored::claim_lost)
        co_return recorded;
    co_await write_attempt(s, a);
    const bool is_applied = recorded.kept == AttemptResultStored::applied;
    std::vector<NotificationId> moved;
    if (a.is_batch && is_applied)
        moved = co_await store::finish_members(s, a.tenant, BatchId{a.task.value}, finished);
    if (ended.notification)
        moved.push_back(*ended.notification);
    recorded.is_dead = is_applied && finished.status == TaskStatus::dead;
    co_await note_endpoint(s, context, a, recorded);
    if (is_applied && finished.status == TaskStatus::queued)
        recorded.due = finished.due_at;
    else if (finished.status != TaskStatus::cancelled) {
        const bool more = co_await next_of_subject(s, a);
        if (more)
            recorded.due = a.now;
    }
    if (finished.status != TaskStatus::queued)
        co_await notifications_moved(s, {context, a.tenant, a.now}, std::move(moved));
    co_return recorded;
}

} // namespace settled::units
