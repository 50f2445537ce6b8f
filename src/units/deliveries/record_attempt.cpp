#include "units/deliveries/record_attempt.h"

#include "store/queries/endpoints.h"
#include "units/deliveries/cancel_lane.h"
#include "units/deliveries/publish.h"

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

// The partner answered 410 Gone: nothing more is sent there, and the tenant's other endpoints are
// notified.
Step<> disable_endpoint(Session& s, const Context& context, const Attempt& attempt) {
    auto endpoint = co_await store::find_endpoint(s, attempt.tenant, attempt.endpoint);
    if (!endpoint || endpoint->status != store::endpoint_active)
        co_return;
    endpoint->status = store::endpoint_disabled;
    co_await store::update_endpoint(s, *endpoint);
    co_await cancel_lane(s, context, attempt.tenant, attempt.endpoint, attempt.now);
    const std::int64_t version =
        co_await store::next_endpoint_version(s, attempt.tenant, attempt.endpoint);
    const auto event =
        domain::endpoint_disabled_event(context.ids.next<EventId>(), attempt.endpoint, version,
                                        "it answered 410 Gone", attempt.now);
    co_await publish_event(s, context, attempt.tenant, event);
}

} // namespace

Step<Recorded> record_attempt(Session& s, const Context& context,
                              std::shared_ptr<const Attempt> attempt) {
    const Attempt& a = *attempt;
    const TaskStatus status = status_after(a.disposition.next);
    const Instant due = a.now + a.disposition.wait;
    if (a.disposition.next == AfterAttempt::disable_endpoint)
        co_await s.lock({store::Lock::endpoints(a.tenant)});
    Recorded recorded;
    recorded.kept =
        co_await store::finish_attempt(s, a.tenant, a.task, a.claim, status, a.number, due, a.now);
    if (recorded.kept == AttemptResultStored::claim_lost)
        co_return recorded;
    const auto http_status =
        a.result.http_status ? std::optional<std::int64_t>(*a.result.http_status) : std::nullopt;
    co_await store::insert_attempt(s, a.tenant, a.task,
                                   {a.number, a.started_at, a.latency.count(),
                                    domain::outcome_token(a.result), http_status, a.answer,
                                    a.claim.fence});
    if (a.disposition.next == AfterAttempt::disable_endpoint)
        co_await disable_endpoint(s, context, a);
    if (recorded.kept == AttemptResultStored::applied && status == TaskStatus::queued)
        recorded.due = due;
    co_return recorded;
}

} // namespace settled::units
