#include "api/change.h"
#include "api/feed.h"
#include "api/handlers/filtered_page.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "store/queries/directory.h"
#include "store/queries/filtered_lists.h"
#include "store/queries/inbox.h"

namespace settled::api {

namespace {

using store::Session;
using store::Step;
using WebhookPage = FilteredPage<store::WebhookRow>;

struct Filter {
    std::string connector; // its name; empty: any, as the others
    std::string status;
    std::string type;
};

void write_members(wire::JsonWriter& w, const store::WebhookRow& webhook) {
    w.member("id", to_string(webhook.id)).member("connector_id", to_string(webhook.connector));
    w.member("type", webhook.type).member("composite_key", webhook.composite_key);
    w.member("suffix", webhook.suffix).member("status", webhook.status);
    write_time(w, "received_at", webhook.received_at);
}

void write_webhook(wire::JsonWriter& w, const store::WebhookRow& webhook) {
    w.object();
    write_members(w, webhook);
    w.end();
}

struct Detail {
    store::WebhookRow webhook;
    bool is_withheld = false; // its body, from a session
};

// The members of these kinds' messages that hold accounts are known (console/masking.h); those of
// others are what a mapping says.
bool is_maskable(std::string_view kind) {
    return kind == "clearbank" || kind == "mambu" || kind == "clearmatch";
}

store::Step<std::optional<Detail>> find(Session& s, TenantId tenant, WebhookId id,
                                        bool is_session) {
    auto webhook = co_await store::find_webhook(s, tenant, id);
    if (!webhook)
        co_return std::nullopt;
    Detail detail{*std::move(webhook)};
    if (is_session) {
        const auto connector = co_await store::find_connector(s, tenant, detail.webhook.connector);
        detail.is_withheld = !connector || !is_maskable(connector->kind);
    }
    co_return detail;
}

// By the index that leaves least to look at: few webhooks have another status than processed.
Step<WebhookPage> list(Session& s, TenantId tenant, std::shared_ptr<const Filter> filter,
                       Page page) {
    ConnectorId connector;
    if (!filter->connector.empty()) {
        const auto row = co_await store::find_connector_by_name(s, tenant, filter->connector);
        if (!row)
            co_return WebhookPage();
        connector = row->id;
    }
    const auto fetch = [&s, tenant, filter, connector](std::int64_t before, std::size_t limit) {
        if (!filter->status.empty() && filter->status != store::webhook_processed)
            return store::list_webhooks_with(s, tenant, filter->status, before, limit);
        if (connector)
            return store::list_webhooks_of(s, tenant, connector, before, limit);
        return store::list_webhooks(s, tenant, before, limit);
    };
    const auto fits = [filter, connector](const store::WebhookRow& row) {
        return (!connector || row.connector == connector) &&
               (filter->status.empty() || row.status == filter->status) &&
               (filter->type.empty() || row.type == filter->type);
    };
    co_return co_await filter_page<store::WebhookRow>(page, TimeRange{}, fetch, fits);
}

} // namespace

Task<Result<Answer>> list_webhooks(const Core& core, const Call& call) {
    CO_TRY(const auto forward, read_forward(call.request, {"connector", "status", "type"}));
    if (forward)
        co_return co_await answer_forward<store::WebhookRow>(core, call.caller.tenant,
                                                             store::Feed::webhooks, *forward,
                                                             store::webhooks_after, write_webhook);
    CO_TRY(const Page page, read_page(call.request, WebhookIdTag::prefix));
    const TenantId tenant = call.caller.tenant;
    CO_TRY(std::string status,
           read_choice(call.request, "status", {"processed", "archived", "review"}));
    const auto filter = std::make_shared<const Filter>(
        call.request.parameter("connector").value_or(""), std::move(status),
        call.request.parameter("type").value_or(""));
    const Result<WebhookPage> found = co_await core.store.read<WebhookPage>(
        [=](Session& s) { return list(s, tenant, filter, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return filtered_answer(*found, WebhookIdTag::prefix, write_webhook);
}

Task<Result<Answer>> get_webhook(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<WebhookIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const bool is_session = call.caller.is_session;
    const Result<Detail> detail = co_await find_or_404<Detail>(
        core, [=](Session& s) { return find(s, tenant, id, is_session); }, "webhook");
    if (!detail)
        co_return std::unexpected(detail.error());
    wire::JsonWriter w;
    w.object();
    write_members(w, detail->webhook);
    w.key("body");
    if (detail->is_withheld)
        w.null();
    else
        w.value(detail->webhook.body); // as text: it was signed byte for byte
    w.end();
    co_return Answer{200, std::move(w).text()};
}

} // namespace settled::api
