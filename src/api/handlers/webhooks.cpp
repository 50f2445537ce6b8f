#include "api/change.h"
#include "api/feed.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "store/queries/inbox.h"

namespace settled::api {

namespace {

using store::Session;
using Webhooks = std::vector<store::WebhookRow>;

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

} // namespace

Task<Result<Answer>> list_webhooks(const Core& core, const Call& call) {
    CO_TRY(const auto forward, read_forward(call.request));
    if (forward)
        co_return co_await answer_forward<store::WebhookRow>(core, call.caller.tenant,
                                                             store::Feed::webhooks, *forward,
                                                             store::webhooks_after, write_webhook);
    CO_TRY(const Page page, read_page(call.request, WebhookIdTag::prefix));
    const TenantId tenant = call.caller.tenant;
    const Result<Webhooks> found = co_await core.store.read<Webhooks>(
        [=](Session& s) { return store::list_webhooks(s, tenant, page.before, page.wanted()); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, *found, write_webhook);
}

Task<Result<Answer>> get_webhook(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<WebhookIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const Result<store::WebhookRow> webhook = co_await find_or_404<store::WebhookRow>(
        core, [=](Session& s) { return store::find_webhook(s, tenant, id); }, "webhook");
    if (!webhook)
        co_return std::unexpected(webhook.error());
    wire::JsonWriter w;
    w.object();
    write_members(w, *webhook);
    w.member("body", webhook->body).end(); // as text: it was signed byte for byte
    co_return Answer{200, std::move(w).text()};
}

} // namespace settled::api
