// What platforms notify us of: the queue that a person looks at, and the retry of what failed.
#include "store/queries/notifications.h"
#include "api/body.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/money_out/money_out_views.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "base/limits.h"
#include "payloads/reader.h"
#include "store/queries/endpoints.h"
#include "store/queries/events.h"
#include "units/notifications/notification.h"
#include "wire/json.h"

#include <memory>

namespace settled::api {

namespace {

using store::NotificationRow;
using store::Session;
using store::Step;

struct Listed {
    std::vector<NotificationRow> notifications;
    ConnectorNames connectors;
};

struct Detail {
    NotificationRow row;
    ConnectorNames connectors;
    std::vector<store::SubsystemRow> subsystems;
    std::string content; // JSON; empty: there is none
};

// Without its braces.
void write_members(wire::JsonWriter& w, const NotificationRow& row, const ConnectorNames& names) {
    const auto id_or_null = [&w](std::string_view name, const auto& id) {
        w.key(name);
        if (id)
            w.value(to_string(*id));
        else
            w.null();
    };
    w.member("id", to_string(row.id)).member("connector", name_of(names, row.connector));
    w.member("status", row.status).member("platform_id", row.platform_id);
    w.member("notification_type", row.type);
    write_time(w, "event_time", row.event_time);
    w.member("event_time_text", row.event_time_text);
    w.member("content_url", row.content_url).member("content_state", token(row.content));
    w.member("failure", row.failure);
    id_or_null("call_id", row.call);
    id_or_null("event_id", row.event);
    id_or_null("differs_from", row.differs_from);
    w.member("webhook_id", to_string(WebhookId{row.id.value}));
    w.member("received_count", row.received_count);
    write_time(w, "received_at", row.received_at);
    write_time(w, "last_received_at", row.last_received_at);
    write_time(w, "content_fetched_at", row.content_fetched_at);
}

void write_subsystems(wire::JsonWriter& w, const std::vector<store::SubsystemRow>& subsystems) {
    w.key("subsystems").array();
    for (const store::SubsystemRow& each : subsystems) {
        const bool is_deleted = each.endpoint_status == store::endpoint_deleted;
        const auto status = domain::subsystem_status(each.task_status, is_deleted);
        if (!status)
            continue; // it is owed nothing any more
        w.object().member("endpoint_id", to_string(each.endpoint));
        w.member("delivery_id", to_string(each.delivery)).member("status", token(*status)).end();
    }
    w.end();
}

std::string shown(const Detail& detail) {
    wire::JsonWriter w;
    w.object();
    write_members(w, detail.row, detail.connectors);
    w.key("message").raw(detail.row.message);
    w.key("content").raw(detail.content.empty() ? "null" : detail.content);
    write_subsystems(w, detail.subsystems);
    w.end();
    return std::move(w).text();
}

// It is kept once, in the event.
std::string content_in(const store::EventRow& event) {
    const auto document = wire::JsonDocument::parse(event.body);
    const auto data = document ? document->root().member("data") : std::nullopt;
    const auto content = data ? data->member("content") : std::nullopt;
    return content ? std::string(content->raw()) : std::string();
}

Step<Detail> detail_of(Session& s, TenantId tenant, NotificationRow row) {
    Detail detail{std::move(row), {}, {}, {}};
    detail.connectors = co_await connector_names(s, tenant);
    if (!detail.row.event)
        co_return detail;
    detail.subsystems = co_await store::subsystems_of(s, tenant, *detail.row.event);
    const auto event = co_await store::find_event(s, tenant, *detail.row.event);
    if (event)
        detail.content = content_in(*event);
    co_return detail;
}

Step<std::optional<Detail>> find(Session& s, TenantId tenant, NotificationId id) {
    auto row = co_await store::find_notification(s, tenant, id);
    if (!row)
        co_return std::nullopt;
    co_return co_await detail_of(s, tenant, *std::move(row));
}

struct Wanted {
    std::string status;
    std::string connector; // its name; empty: any
};

Step<Listed> list(Session& s, TenantId tenant, std::shared_ptr<const Wanted> wanted, Page page) {
    Listed listed;
    listed.connectors = co_await connector_names(s, tenant);
    store::NotificationFilter filter{wanted->status, 0};
    for (const auto& [id, name] : listed.connectors)
        if (name == wanted->connector)
            filter.connector = id.value;
    if (!wanted->connector.empty() && filter.connector == 0)
        co_return listed; // of no connector
    listed.notifications =
        co_await store::list_notifications(s, tenant, filter, page.before, page.wanted());
    co_return listed;
}

Result<std::optional<EndpointId>> read_endpoint(const net::Request& request) {
    if (request.body.empty())
        return std::optional<EndpointId>();
    TRY(const auto document, json_body(request));
    payloads::Reader in(document.root());
    const auto endpoint = in.take("endpoint_id", limits::text_bytes_max, parse_id<EndpointIdTag>);
    TRY_VOID(in.finish());
    return endpoint;
}

Step<Result<Answer>> retry(Session& s, const units::Context& context,
                           units::NotificationRetry wanted) {
    CO_TRY(NotificationRow row, co_await units::retry_notification(s, context, wanted));
    const Detail detail = co_await detail_of(s, wanted.tenant, std::move(row));
    co_return Answer{202, shown(detail)};
}

} // namespace

Task<Result<Answer>> list_notifications(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, NotificationIdTag::prefix));
    CO_TRY(std::string status,
           read_choice(call.request, "status", {"queued", "complete", "failed"}));
    const auto wanted = std::make_shared<const Wanted>(
        std::move(status), call.request.parameter("connector").value_or(""));
    const TenantId tenant = call.caller.tenant;
    const Result<Listed> found =
        co_await core.store.read<Listed>([=](Session& s) { return list(s, tenant, wanted, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, found->notifications,
                          [&](wire::JsonWriter& w, const NotificationRow& row) {
                              w.object();
                              write_members(w, row, found->connectors);
                              w.end();
                          });
}

Task<Result<Answer>> get_notification(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<NotificationIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const Result<Detail> detail = co_await find_or_404<Detail>(
        core, [=](Session& s) { return find(s, tenant, id); }, "notification");
    if (!detail)
        co_return std::unexpected(detail.error());
    co_return Answer{200, shown(*detail)};
}

Task<Result<Answer>> retry_notification(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<NotificationIdTag>(call.id));
    CO_TRY(const auto endpoint, read_endpoint(call.request));
    const units::NotificationRetry wanted{call.caller.tenant, id, endpoint, core.clock.now()};
    const units::Context& context = core.context;
    co_return co_await change(core, call,
                              [=, &context](Session& s) { return retry(s, context, wanted); });
}

} // namespace settled::api
