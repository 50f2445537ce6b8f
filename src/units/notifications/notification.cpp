#include "units/notifications/notification.h"

#include "base/assert.h"
#include "base/limits.h"
#include "connectors/clearmatch/content.h"
#include "connectors/clearmatch/content_url.h"
#include "store/queries/endpoints.h"
#include "store/queries/events.h"
#include "store/queries/money/reviews.h"
#include "store/queries/tasks.h"
#include "units/calls/make_call.h"
#include "units/deliveries/endpoint_health.h"
#include "units/deliveries/publish.h"
#include "units/deliveries/redeliver.h"
#include "units/reviews.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::units {

namespace {

using connectors::clearmatch::FetchStep;
using connectors::clearmatch::FetchVerdict;
using domain::ContentState;
using domain::ReplyClass;
using store::NotificationRow;
using store::Session;
using store::Step;

constexpr std::string_view outside_prefix = "content_outside_prefix";

// As it is when no other unit changes it any more.
Step<std::optional<NotificationRow>> hold(Session& s, TenantId tenant, NotificationId id) {
    co_await s.lock({store::Lock::notification(tenant, id)});
    co_return co_await store::find_notification(s, tenant, id);
}

// What its deliveries and its content come to, written with everything else that changed.
Step<> write_status(Session& s, const UnitScope& work, NotificationRow& row) {
    std::vector<domain::NotificationStatus> statuses;
    if (row.event) {
        const auto subsystems = co_await store::subsystems_of(s, work.tenant, *row.event);
        for (const store::SubsystemRow& each : subsystems)
            if (const auto status = domain::subsystem_status(
                    each.task_status, each.endpoint_status == store::endpoint_deleted))
                statuses.push_back(*status);
    }
    row.status = token(domain::notification_status(row.content, statuses));
    row.updated_at = work.now;
    co_await store::update_notification(s, row);
}

Result<domain::Event> event_of(const UnitScope& work, const Bank& connector,
                               const NotificationRow& row, std::string content) {
    return domain::notification_event(work.context.ids.next<EventId>(),
                                      {row.id, connector.name, row.platform_id, row.message,
                                       row.event_time, row.received_at, std::move(content),
                                       row.content_fetched_at},
                                      work.now);
}

Step<> publish(Session& s, const UnitScope& work, NotificationRow& row,
               const domain::Event& event) {
    row.event = event.id;
    co_await publish_event(s, work.context, work.tenant, event);
    co_await write_status(s, work, row);
}

std::string review_detail(const NotificationRow& row) {
    wire::JsonWriter w;
    w.object().member("notification_id", to_string(row.id));
    w.member("platform_id", row.platform_id).member("notification_type", row.type);
    w.member("failure", row.failure).end();
    return std::move(w).text();
}

Step<> give_up(Session& s, const UnitScope& work, NotificationRow& row, std::string failure) {
    row.content = ContentState::given_up;
    row.failure = std::move(failure);
    co_await write_status(s, work, row);
    co_await open_review_once(s, work, store::review_notification_failed, row.id.value,
                              review_detail(row));
}

// Makes the call for the content, or gives it up where none may be made.
Step<> ask_for_content(Session& s, const UnitScope& work, const Bank& connector,
                       NotificationRow& row) {
    const auto url = connectors::clearmatch::url_below(connector.settings.api_url, row.content_url);
    if (!url) {
        co_await give_up(s, work, row, std::string(outside_prefix));
        co_return;
    }
    row.content = ContentState::waiting;
    row.failure.clear();
    ++row.rounds;
    NewCall call;
    call.connector = connector.id;
    call.request = {domain::CallPurpose::fetch_content, "GET", *url, ""};
    call.request_id = fmt::format("{}-{}", to_string(row.id), row.rounds);
    call.subject = row.id.value;
    call.due_at = work.now;
    row.call = co_await make_call(s, work, call);
    co_await write_status(s, work, row);
}

ReplyClass class_of(FetchStep step) {
    switch (step) {
    case FetchStep::fetched:
        return ReplyClass::taken;
    case FetchStep::given_up:
        return ReplyClass::refused;
    case FetchStep::again:
        break;
    }
    return ReplyClass::unclear;
}

// What becomes of the call itself.
void end_or_repeat(store::CallRow& call, const FetchVerdict& verdict, const Context& context,
                   Instant now) {
    call.updated_at = now;
    call.reason = verdict.failure;
    call.reply_class = token(class_of(verdict.step));
    if (verdict.step != FetchStep::again) {
        call.status = verdict.step == FetchStep::fetched ? store::call_done : store::call_refused;
        return;
    }
    const auto again = static_cast<std::size_t>(call.unread++);
    const auto& waits = context.fetch_retry_after;
    if (again >= waits.size()) {
        call.status = store::call_unclear;
        return;
    }
    const auto wait = std::max<std::chrono::seconds>(
        waits[again], verdict.wait.value_or(std::chrono::seconds(0)));
    call.due_at = now + std::chrono::microseconds(wait);
}

// Of an operator's test: whether the platform lets us in, whatever it shows at the prefix itself.
FetchVerdict test_verdict(const EndedTry& ended) {
    constexpr int unauthorized = 401, forbidden = 403;
    const FetchVerdict read = connectors::clearmatch::read_content(ended.reply, ended.error);
    const bool is_in =
        ended.reply && ended.reply->status != unauthorized && ended.reply->status != forbidden;
    return is_in ? FetchVerdict{FetchStep::fetched, {}, {}}
                 : FetchVerdict{FetchStep::given_up, read.failure, {}};
}

FetchVerdict verdict_of(const store::CallRow& call, const EndedTry& ended) {
    if (call.purpose == domain::CallPurpose::test)
        return test_verdict(ended);
    if (!ended.not_sent.empty())
        return {FetchStep::given_up, std::string(outside_prefix), {}};
    return connectors::clearmatch::read_content(ended.reply, ended.error);
}

// A subsystem's delivery starts its schedule again, or is due now, unless it is complete or its
// endpoint takes nothing.
Step<> retry_delivery(Session& s, const UnitScope& work, const store::SubsystemRow& subsystem) {
    if (!store::is_owed(subsystem.endpoint_status) ||
        subsystem.task_status == token(domain::TaskStatus::done))
        co_return;
    auto task = co_await store::find_task(s, work.tenant, subsystem.delivery);
    if (!task)
        co_return;
    co_await s.lock({store::Lock::endpoint_state(work.tenant, subsystem.endpoint)});
    co_await try_now(s, work.tenant, subsystem.endpoint, work.now);
    (void)co_await redeliver(s, work.context, *std::move(task), work.now, true);
}

Step<Result<>> retry_deliveries(Session& s, const UnitScope& work, const NotificationRow& row,
                                std::optional<EndpointId> endpoint) {
    const auto event = co_await store::find_event(s, work.tenant, *row.event);
    if (!event)
        co_return fail(Code::state_conflict, "its event is not kept any more");
    const auto subsystems = co_await store::subsystems_of(s, work.tenant, *row.event);
    bool is_known = !endpoint;
    for (const store::SubsystemRow& each : subsystems) {
        if (endpoint && each.endpoint != *endpoint)
            continue;
        is_known = true;
        co_await retry_delivery(s, work, each);
    }
    if (!is_known)
        co_return fail(Code::not_found, "the notification is not owed to such an endpoint");
    co_return Result<>();
}

} // namespace

Step<> accept_notification(Session& s, const UnitScope& work, ConnectorId connector,
                           WebhookId webhook, std::string_view composite_key,
                           const domain::NotificationFact& fact) {
    const auto platform = co_await find_bank(s, work.tenant, connector);
    SETTLED_ASSERT(platform.has_value(), "a webhook has a connector");
    NotificationRow row;
    row.tenant = work.tenant;
    row.id = notification_of(webhook);
    row.connector = connector;
    row.composite_key = composite_key;
    row.platform_id = fact.platform_id;
    row.type = fact.type;
    row.event_time_text = fact.event_time_text;
    row.event_time = fact.event_time;
    row.message = fact.message;
    row.content_url = fact.content_url;
    row.status = token(domain::NotificationStatus::queued);
    row.received_at = row.last_received_at = row.updated_at = work.now;
    row.differs_from = co_await store::find_alike(s, work.tenant, connector, composite_key);
    co_await store::insert_notification(s, row);
    if (row.content_url.empty() || platform->settings.api_url.empty())
        co_await publish(s, work, row, event_of(work, *platform, row, {}).value());
    else
        co_await ask_for_content(s, work, *platform, row);
}

Step<> notification_received_again(Session& s, const UnitScope& work, WebhookId webhook) {
    (void)co_await store::count_received(s, work.tenant, notification_of(webhook), work.now);
}

Step<CallEnd> end_fetch(Session& s, const UnitScope& work, const Bank& connector,
                        store::CallRow call, const EndedTry& ended) {
    const FetchVerdict verdict = verdict_of(call, ended);
    store::TryEnd end{ended.claim, ended.number, ended.latency.count(),
                      ended.reply ? std::optional<std::int64_t>(ended.reply->status) : std::nullopt,
                      ended.reply ? std::string(token(class_of(verdict.step))) : ended.error,
                      // Its content is in the event; a refusal's words are for people.
                      ended.reply && verdict.step != FetchStep::fetched
                          ? ended.reply->body.substr(0, limits::answer_bytes_kept)
                          : std::string()};
    end_or_repeat(call, verdict, work.context, work.now);
    const CallEnd result{false, {class_of(verdict.step), std::nullopt, verdict.failure}};
    const bool held = co_await store::end_try(s, work.tenant, call.id, end, work.now);
    if (!held)
        co_return CallEnd{true, result.verdict};
    call.http_status = end.http_status;
    co_await store::update_call(s, call);
    auto row = co_await hold(s, work.tenant, NotificationId{call.subject_id});
    // A test's, released, or another call fetches it now.
    if (!row || row->call != call.id || row->content != ContentState::waiting)
        co_return result;
    if (verdict.step == FetchStep::fetched) {
        row->content_fetched_at = work.now;
        const auto event = event_of(work, connector, *row, ended.reply->body);
        if (!event) { // it has too many members, or nests too deeply, inside of the event
            row->content_fetched_at.reset();
            co_await give_up(s, work, *row, "content_too_large");
            co_return result;
        }
        row->content = ContentState::fetched;
        co_await publish(s, work, *row, *event);
        co_await close_open_review_of(s, work, store::review_notification_failed, row->id.value);
    } else if (call.status != store::call_queued) {
        co_await give_up(s, work, *row, verdict.failure);
    }
    co_return result;
}

Step<CallId> test_platform(Session& s, const UnitScope& work, const Bank& connector) {
    const auto url =
        connectors::clearmatch::url_below(connector.settings.api_url, connector.settings.api_url);
    SETTLED_ASSERT(url.has_value(), "a prefix is below itself");
    NewCall call;
    call.connector = connector.id;
    call.request = {domain::CallPurpose::test, "GET", *url, ""};
    call.request_id = fmt::format("test-{}", work.context.ids.next<CallId>().value);
    call.due_at = work.now;
    const auto made = co_await make_call(s, work, call);
    SETTLED_ASSERT(made.has_value(), "the number of a new call is in no other request id");
    co_return *made;
}

Step<> notifications_moved(Session& s, const UnitScope& work, std::vector<NotificationId> ids) {
    std::ranges::sort(ids, {}, &NotificationId::value); // units that share some wait in one order
    const auto rest = std::ranges::unique(ids);
    ids.erase(rest.begin(), rest.end());
    for (const NotificationId id : ids) {
        auto row = co_await hold(s, work.tenant, id);
        if (row)
            co_await write_status(s, work, *row);
    }
}

Step<Result<NotificationRow>> retry_notification(Session& s, const Context& context,
                                                 NotificationRetry retry) {
    const UnitScope work{context, retry.tenant, retry.now};
    const auto found = co_await store::find_notification(s, retry.tenant, retry.id);
    if (!found)
        co_return fail(Code::not_found, "there is no such notification");
    if (found->status == token(domain::NotificationStatus::complete))
        co_return fail(Code::state_conflict, "the notification is complete");
    co_await s.lock({store::Lock::endpoints_shared(retry.tenant),
                     store::Lock::calls(retry.tenant, found->connector)});
    // The locks of deliveries come before the notification's.
    if (found->event) {
        CO_TRY_VOID(co_await retry_deliveries(s, work, *found, retry.endpoint));
    }
    co_await s.lock({store::Lock::notification(retry.tenant, retry.id)});
    auto row = co_await store::find_notification(s, retry.tenant, retry.id);
    const auto connector = co_await find_bank(s, retry.tenant, found->connector);
    if (!row || !connector)
        co_return fail(Code::not_found, "there is no such notification, or its connector is gone");
    if (row->status == token(domain::NotificationStatus::complete))
        co_return fail(Code::state_conflict, "the notification is complete");
    if (row->content == ContentState::given_up) {
        co_await ask_for_content(s, work, *connector, *row);
        if (row->content == ContentState::waiting)
            co_await close_open_review_of(s, work, store::review_notification_failed,
                                          row->id.value);
    } else if (row->content == ContentState::waiting && row->call) {
        co_await store::hurry_call(s, retry.tenant, *row->call, retry.now);
        wake_caller(s, retry.tenant);
    }
    co_return *std::move(row);
}

} // namespace settled::units
