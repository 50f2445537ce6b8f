// Webhooks that had no effect are read again: one, or page by page what a filter names.
#include "units/webhooks/read_again.h"

#include "api/body.h"
#include "api/bounds.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "base/limits.h"
#include "observe/log.h"
#include "payloads/reader.h"
#include "store/queries/directory.h"
#include "store/queries/inbox.h"
#include "wire/json_writer.h"
#include "wire/time.h"

#include <array>
#include <limits>

namespace settled::api {

namespace {

using store::Session;
using store::Step;
using units::ReadAgain;
using units::Rereading;
using Done = std::optional<ReadAgain>;
using FoundWebhook = std::optional<store::WebhookRow>;
using Waiting = std::vector<store::WaitingWebhook>;

// The body as its connector reads it now.
std::shared_ptr<const Rereading> rereading_of(const Core& core, TenantId tenant,
                                              const store::WebhookRow& webhook,
                                              const units::BodyReader& read, bool is_meant) {
    Rereading rereading{
        webhook.id,
        {tenant, webhook.connector, {}, {}, core.clock.now(), core.clock.wall(), {}},
        "",
        is_meant};
    auto reading = read(webhook.body);
    if (reading)
        rereading.arrival.webhook = *std::move(reading);
    else
        rereading.trouble = reading.error().detail;
    return std::make_shared<const Rereading>(std::move(rereading));
}

void log_outcome(const Call& call, WebhookId id, const ReadAgain& done) {
    log::info("webhook.read_again", {{"webhook", to_string(id)},
                                     {"outcome", token(done.outcome)},
                                     {"actor", call.caller.name},
                                     {"request_id", call.request.request_id}});
}

void write_outcome(wire::JsonWriter& w, WebhookId id, const ReadAgain& done) {
    w.object().member("id", to_string(id)).member("outcome", token(done.outcome));
    w.member("reason", done.reason).end();
}

// `outcome`: of the last run, for the log.
Step<Result<Answer>> read_one(Session& s, const units::Context& context,
                              std::shared_ptr<const Rereading> rereading,
                              std::shared_ptr<Done> outcome) {
    const Done done = co_await units::read_again(s, context, rereading);
    *outcome = done;
    if (!done)
        co_return fail(Code::not_found, "there is no such webhook");
    wire::JsonWriter w;
    write_outcome(w, rereading->id, *done);
    co_return Answer{200, std::move(w).text()};
}

// {"connector":"modulr","status":"review","since":…,"until":…,"after":"whk_…","limit":50}
struct Filter {
    std::string connector; // empty: any
    std::string status = std::string(store::webhook_in_review);
    std::int64_t first = 0; // ids, which rise with time
    std::int64_t end = std::numeric_limits<std::int64_t>::max();
    std::size_t limit = bounds::webhooks_read_again_default;
};

Result<std::string> read_status(std::string_view text) {
    if (text != store::webhook_in_review && text != store::webhook_archived)
        return fail(Code::value_invalid, "give review or archived: all others had their effect");
    return std::string(text);
}

Result<Instant> read_time(std::string_view text) {
    const auto at = wire::parse_bank_time(text);
    if (!at)
        return fail(Code::value_invalid, "give a time, such as 2026-11-22T10:00:00Z, or a date");
    return *at;
}

Result<std::int64_t> read_cursor(std::string_view text) {
    const auto id = parse_id<WebhookIdTag>(text);
    if (!id)
        return fail(Code::value_invalid, "give what `next` said");
    return id->value + 1;
}

Result<Filter> read_filter(const net::Request& request) {
    TRY(const auto document, json_body(request));
    payloads::Reader in(document.root());
    Filter filter;
    filter.connector = in.optional_text("connector", limits::text_bytes_max);
    if (const auto status = in.take("status", limits::text_bytes_max, read_status))
        filter.status = *status;
    if (const auto since = in.take("since", limits::text_bytes_max, read_time))
        filter.first = first_id_at(*since);
    if (const auto until = in.take("until", limits::text_bytes_max, read_time))
        filter.end = first_id_at(*until);
    if (const auto after = in.take("after", limits::text_bytes_max, read_cursor))
        filter.first = std::max(filter.first, *after);
    const auto limit = in.optional_integer("limit", 1, bounds::webhooks_read_again_max);
    filter.limit = static_cast<std::size_t>(limit.value_or(bounds::webhooks_read_again_default));
    TRY_VOID(in.finish());
    return filter;
}

struct Found {
    Waiting webhooks;
    std::optional<ConnectorId> connector; // of that name
};

Step<Found> find_page(Session& s, TenantId tenant, std::shared_ptr<const Filter> filter) {
    Found page;
    page.webhooks = co_await store::list_waiting_webhooks(s, tenant, filter->status, filter->first,
                                                          filter->end, filter->limit + 1);
    const auto connectors = co_await store::list_connectors(s, tenant);
    const auto named = std::ranges::find(connectors, filter->connector, &store::ConnectorRow::name);
    if (named != connectors.end())
        page.connector = named->id;
    co_return page;
}

struct Tally {
    wire::JsonWriter data;
    std::array<std::uint64_t, units::read_again_outcomes> counts{};
    std::uint64_t looked_at = 0;
};

// In a unit of its own: one that fails takes nothing from the others.
Task<Result<Done>> read_waiting(const Core& core, const Call& call, store::WaitingWebhook waiting) {
    const TenantId tenant = call.caller.tenant;
    const WebhookId id = waiting.id;
    const Result<FoundWebhook> row = co_await core.store.read<FoundWebhook>(
        [=](Session& s) { return store::find_webhook(s, tenant, id); });
    if (!row)
        co_return std::unexpected(row.error());
    if (!*row)
        co_return Done{}; // released meanwhile
    CO_TRY(const units::BodyReader read, core.reader_of(tenant, waiting.connector));
    const auto rereading = rereading_of(core, tenant, **row, read, false);
    const units::Context& context = core.context;
    co_return co_await core.store.write<Done>(
        [&context, rereading](Session& s) { return units::read_again(s, context, rereading); });
}

Task<Result<>> read_page_again(const Core& core, const Call& call, const Waiting& webhooks,
                               Tally& tally) {
    for (const store::WaitingWebhook& waiting : webhooks) {
        const Result<Done> done = co_await read_waiting(core, call, waiting);
        if (!done)
            co_return std::unexpected(done.error());
        ++tally.looked_at;
        if (!*done)
            continue;
        ++tally.counts[static_cast<std::size_t>((*done)->outcome)];
        write_outcome(tally.data, waiting.id, **done);
        log_outcome(call, waiting.id, **done);
    }
    co_return Result<>();
}

std::string shown(Tally& tally, const std::optional<WebhookId>& last) {
    wire::JsonWriter w;
    w.object().member("looked_at", tally.looked_at).key("outcomes").object();
    for (std::size_t i = 0; i < tally.counts.size(); ++i)
        w.member(token(static_cast<ReadAgain::Outcome>(i)), tally.counts[i]);
    w.end().key("data").raw(std::move(tally.data.end()).text());
    w.member("next", last.transform([](WebhookId id) { return to_string(id); })).end();
    return std::move(w).text();
}

} // namespace

Task<Result<Answer>> read_webhook_again(const Core& core, const Call& call) {
    CO_TRY_VOID(no_body(call.request));
    CO_TRY(const auto id, parse_id<WebhookIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const Result<store::WebhookRow> webhook = co_await find_or_404<store::WebhookRow>(
        core, [=](Session& s) { return store::find_webhook(s, tenant, id); }, "webhook");
    if (!webhook)
        co_return std::unexpected(webhook.error());
    CO_TRY(const units::BodyReader read, core.reader_of(tenant, webhook->connector));
    const auto rereading = rereading_of(core, tenant, *webhook, read, true);
    const units::Context& context = core.context;
    const auto outcome = std::make_shared<Done>();
    auto answer = co_await change(
        core, call, [=, &context](Session& s) { return read_one(s, context, rereading, outcome); });
    if (answer && *outcome)
        log_outcome(call, id, **outcome);
    co_return answer;
}

Task<Result<Answer>> read_webhooks_again(const Core& core, const Call& call) {
    CO_TRY(Filter read, read_filter(call.request));
    const auto filter = std::make_shared<const Filter>(std::move(read));
    const TenantId tenant = call.caller.tenant;
    Result<Found> page =
        co_await core.store.read<Found>([=](Session& s) { return find_page(s, tenant, filter); });
    if (!page)
        co_return std::unexpected(page.error());
    if (!filter->connector.empty() && !page->connector)
        co_return fail(Code::value_invalid, "connector: there is none of that name");
    std::optional<WebhookId> last;
    if (page->webhooks.size() > filter->limit) {
        page->webhooks.pop_back();
        last = page->webhooks.back().id;
    }
    if (page->connector)
        std::erase_if(page->webhooks, [&](const store::WaitingWebhook& webhook) {
            return webhook.connector != *page->connector;
        });
    Tally tally;
    tally.data.array();
    CO_TRY_VOID(co_await read_page_again(core, call, page->webhooks, tally));
    co_return Answer{200, shown(tally, last)};
}

} // namespace settled::api
