#include "api/body.h"
#include "api/change.h"
#include "api/handlers/filtered_page.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "store/queries/endpoints.h"
#include "store/queries/events.h"
#include "store/queries/tasks.h"
#include "units/deliveries/endpoint_health.h"
#include "units/deliveries/redeliver.h"
#include "units/purge/purge.h"

namespace settled::api {

namespace {

using store::Session;
using store::Step;
using store::TaskRow;
using DeliveryPage = FilteredPage<TaskRow>;

struct Detail {
    TaskRow task;
    std::vector<store::AttemptRow> attempts;
    std::optional<TaskId> waits_for; // the delivery of its subject that goes first
};

// Other tasks of the outbox are no deliveries.
Step<std::optional<TaskRow>> find_delivery(Session& s, TenantId tenant, TaskId id) {
    auto task = co_await store::find_task(s, tenant, id);
    if (task && task->kind != store::task_delivery)
        co_return std::nullopt;
    co_return task;
}

Step<std::optional<Detail>> find(Session& s, TenantId tenant, TaskId id) {
    auto task = co_await find_delivery(s, tenant, id);
    if (!task)
        co_return std::nullopt;
    Detail detail{*std::move(task), {}, {}};
    // What goes with a batch is attempted with it.
    const TaskId attempted = detail.task.batch ? TaskId{detail.task.batch.value} : id;
    detail.attempts = co_await store::list_attempts(s, tenant, attempted);
    if (detail.task.waits == store::Waits::subject)
        detail.waits_for = co_await store::first_in_line(s, tenant, EndpointId{detail.task.lane_id},
                                                         detail.task.order_key);
    co_return detail;
}

std::string shown(const Detail& detail) {
    wire::JsonWriter w;
    w.object();
    write_delivery_members(w, detail.task);
    w.key("waits_for");
    if (detail.waits_for)
        w.value(to_string(*detail.waits_for));
    else
        w.null();
    w.key("attempts").array();
    for (const store::AttemptRow& attempt : detail.attempts) {
        w.object().member("number", attempt.number);
        write_time(w, "started_at", attempt.started_at);
        w.member("latency_us", attempt.latency_us).member("outcome", attempt.outcome);
        w.member("http_status", attempt.http_status).member("answer", attempt.answer).end();
    }
    w.end().end();
    return std::move(w).text();
}

Step<DeliveryPage> list(Session& s, TenantId tenant,
                        std::shared_ptr<const store::DeliveryFilter> filter, TimeRange time,
                        Page page) {
    return filter_page<TaskRow>(
        page, time,
        [&s, tenant, filter](std::int64_t before, std::size_t limit) {
            return store::list_deliveries(s, tenant, *filter, before, limit);
        },
        [time](const TaskRow& row) { return time.has(row.created_at); });
}

struct Redelivery {
    TenantId tenant;
    TaskId task;
    Instant now;
};

Step<Result<Answer>> queue_again(Session& s, const units::Context& context, Redelivery wanted) {
    co_await s.lock(
        {store::Lock::endpoints_shared(wanted.tenant), units::resend_lock(wanted.tenant)});
    auto task = co_await find_delivery(s, wanted.tenant, wanted.task);
    if (!task)
        co_return fail(Code::not_found, "there is no such delivery");
    const EndpointId endpoint_id{task->lane_id};
    const auto endpoint = co_await store::find_endpoint(s, wanted.tenant, endpoint_id);
    if (!endpoint || !store::is_owed(endpoint->status))
        co_return fail(Code::state_conflict, "its endpoint is disabled or deleted");
    const auto event = co_await store::find_event(s, wanted.tenant, EventId{task->subject_id});
    if (!event)
        co_return fail(Code::state_conflict, "its event is not kept any more");
    co_await s.lock({store::Lock::endpoint_state(wanted.tenant, endpoint_id)});
    co_await units::try_now(s, wanted.tenant, endpoint_id, wanted.now);
    (void)co_await units::redeliver(s, context, *task, wanted.now, true);
    task = co_await store::find_task(s, wanted.tenant, wanted.task);
    wire::JsonWriter w;
    write_delivery(w, *task);
    co_return Answer{202, std::move(w).text()};
}

// It may be tried again now.
Task<> announce_endpoint(const Core& core, Redelivery done) {
    const auto task = co_await core.store.read<std::optional<TaskRow>>(
        [done](Session& s) { return find_delivery(s, done.tenant, done.task); });
    if (task && *task)
        co_await core.endpoint_changed(done.tenant, EndpointId{(*task)->lane_id});
}

} // namespace

Task<Result<Answer>> list_deliveries(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, TaskIdTag::prefix));
    CO_TRY(std::string status,
           read_choice(call.request, "status", {"queued", "done", "dead", "cancelled"}));
    CO_TRY(const auto endpoint, read_id_filter<EndpointIdTag>(call.request, "endpoint"));
    CO_TRY(const auto event, read_id_filter<EventIdTag>(call.request, "event"));
    const auto filter = std::make_shared<const store::DeliveryFilter>(
        std::move(status), endpoint.value_or(EndpointId{}).value, event.value_or(EventId{}).value);
    const TenantId tenant = call.caller.tenant;
    CO_TRY(const TimeRange time, read_time_range(call.request));
    const Result<DeliveryPage> found = co_await core.store.read<DeliveryPage>(
        [=](Session& s) { return list(s, tenant, filter, time, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return filtered_answer(*found, TaskIdTag::prefix, write_delivery);
}

Task<Result<Answer>> get_delivery(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<TaskIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const Result<Detail> detail = co_await find_or_404<Detail>(
        core, [=](Session& s) { return find(s, tenant, id); }, "delivery");
    if (!detail)
        co_return std::unexpected(detail.error());
    co_return Answer{200, shown(*detail)};
}

Task<Result<Answer>> redeliver(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<TaskIdTag>(call.id));
    CO_TRY_VOID(no_body(call.request));
    const Redelivery wanted{call.caller.tenant, id, core.clock.now()};
    const units::Context& context = core.context;
    auto answer = co_await change(
        core, call, [=, &context](Session& s) { return queue_again(s, context, wanted); });
    if (answer && !answer->replayed)
        co_await announce_endpoint(core, wanted);
    co_return answer;
}

} // namespace settled::api
