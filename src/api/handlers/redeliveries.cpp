// Redeliveries in bulk: POST /v1/endpoints/{id}/recover and GET /v1/redeliveries/{id}.
#include "store/queries/redeliveries.h"

#include "api/body.h"
#include "api/bounds.h"
#include "api/change.h"
#include "api/handlers/endpoint_reader.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "payloads/reader.h"
#include "store/queries/endpoints.h"
#include "units/deliveries/recover.h"
#include "wire/time.h"

#include <algorithm>
#include <array>

namespace settled::api {

namespace {

using store::RedeliveryRow;
using store::Session;
using store::Step;

constexpr std::array<std::string_view, 4> statuses{"dead", "cancelled", "missed", "done"};
constexpr std::string_view statuses_default = "dead cancelled missed";

struct Wanted {
    std::optional<Instant> since, until;
    std::string statuses = std::string(statuses_default);
    std::string events = "*";
    bool dry_run = false;
};

Result<Wanted> read_wanted(const wire::Json& root) {
    payloads::Reader in(root);
    Wanted wanted;
    wanted.since = in.take("since", limits::text_bytes_max, wire::parse_rfc3339);
    wanted.until = in.take("until", limits::text_bytes_max, wire::parse_rfc3339);
    if (const auto words = in.optional_texts("status", statuses.size(), limits::text_bytes_max)) {
        wanted.statuses.clear();
        for (const std::string& word : *words) {
            if (std::ranges::find(statuses, word) == statuses.end())
                in.refuse(Code::value_invalid, "status", "give dead, cancelled, missed or done");
            wanted.statuses += (wanted.statuses.empty() ? "" : " ") + word;
        }
    }
    if (const auto events = read_events(in))
        wanted.events = *events;
    wanted.dry_run = in.optional_flag("dry_run");
    if (wanted.since && wanted.until && *wanted.until < *wanted.since)
        in.refuse(Code::value_invalid, "until", "it is before since");
    TRY_VOID(in.finish());
    return wanted;
}

std::string shown(const RedeliveryRow& row) {
    wire::JsonWriter w;
    w.object().member("id", to_string(row.id)).member("endpoint_id", to_string(row.endpoint));
    write_time(w, "since", row.since);
    write_time(w, "until", row.until);
    write_words(w, "deliveries", row.statuses);
    write_words(w, "events", row.events);
    w.member("dry_run", row.dry_run).member("status", row.status);
    w.member("total", row.total).member("queued", row.queued);
    write_time(w, "created_at", row.created_at);
    write_time(w, "finished_at",
               row.finished_at.us == 0 ? std::nullopt : std::optional(row.finished_at));
    w.end();
    return std::move(w).text();
}

struct Begin {
    RedeliveryRow row;
    std::optional<Instant> since;
};

Step<Result<Answer>> begin(Session& s, const units::Context& context,
                           std::shared_ptr<const Begin> wanted) {
    RedeliveryRow row = wanted->row;
    co_await s.lock({store::Lock::endpoints_shared(row.tenant)});
    const auto endpoint = co_await store::find_endpoint(s, row.tenant, row.endpoint);
    if (!endpoint || endpoint->status == store::endpoint_deleted)
        co_return fail(Code::not_found, "there is no such endpoint");
    if (!store::is_owed(endpoint->status))
        co_return fail(Code::state_conflict, "the endpoint is disabled; set its status to active");
    row.since = wanted->since.value_or(endpoint->created_at);
    co_await units::begin_recovery(s, context, row);
    row.status = store::redelivery_running;
    co_return Answer{202, shown(row)};
}

} // namespace

Task<Result<Answer>> recover_endpoint(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<EndpointIdTag>(call.id));
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(const Wanted wanted, read_wanted(document.root()));
    const auto shared = std::make_shared<Begin>();
    shared->since = wanted.since;
    RedeliveryRow& row = shared->row;
    row.tenant = call.caller.tenant;
    row.id = core.context.ids.next<RedeliveryId>();
    row.endpoint = id;
    row.created_at = core.clock.now();
    row.until = wanted.until.value_or(row.created_at);
    row.statuses = wanted.statuses;
    row.events = wanted.events;
    row.dry_run = wanted.dry_run;
    const units::Context& context = core.context;
    co_return co_await change(core, call,
                              [shared, &context](Session& s) { return begin(s, context, shared); });
}

Task<Result<Answer>> get_redelivery(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<RedeliveryIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const Result<RedeliveryRow> row = co_await find_or_404<RedeliveryRow>(
        core, [=](Session& s) { return store::find_redelivery(s, tenant, id); }, "redelivery");
    if (!row)
        co_return std::unexpected(row.error());
    co_return Answer{200, shown(*row)};
}

} // namespace settled::api
