// Purges: POST /v1/purges and GET /v1/purges/{id}.
#include "store/queries/purges.h"

#include "api/body.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "payloads/reader.h"
#include "units/purge/purge.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::api {

namespace {

using store::PurgeRow;
using store::Session;
using store::Step;

struct Wanted {
    std::int64_t older_than_days = 0;
    std::vector<std::string> kinds;
    bool dry_run = false;
};

bool may_be_early(std::string_view kind) {
    return kind != "payments" && kind != "calls";
}

Result<Wanted> read_wanted(const wire::Json& root, std::int64_t days_min) {
    payloads::Reader in(root);
    const auto all = units::purge_kinds();
    Wanted wanted;
    const auto days = in.optional_integer("older_than_days", 1, domain::purge_days_max);
    if (!in.has("older_than_days"))
        in.missing("older_than_days");
    wanted.older_than_days = days.value_or(domain::purge_days_max);
    const auto kinds = in.optional_texts("kinds", all.size(), limits::text_bytes_max);
    wanted.kinds = kinds.value_or(std::vector<std::string>(all.begin(), all.end()));
    for (const std::string& kind : wanted.kinds)
        if (std::ranges::find(all, kind) == all.end())
            in.refuse(Code::value_invalid, "kinds", "give payments, events, deliveries or calls");
    if (wanted.older_than_days < days_min && !std::ranges::all_of(wanted.kinds, may_be_early))
        in.refuse(Code::value_invalid, "older_than_days",
                  fmt::format("payments and calls are kept for {} days at least: their money may "
                              "still come back",
                              days_min));
    wanted.dry_run = in.optional_flag("dry_run");
    TRY_VOID(in.finish());
    return wanted;
}

std::string shown(const PurgeRow& row) {
    wire::JsonWriter w;
    w.object().member("id", to_string(row.id));
    write_words(w, "kinds", row.kinds);
    write_time(w, "until", row.until);
    w.member("dry_run", row.dry_run).member("status", row.status);
    const store::PurgeCounts& counts = row.counts;
    w.key("purged").object().member("payments", counts.payments);
    w.member("settlements", counts.settlements).member("matches", counts.matches);
    w.member("events", counts.events).member("deliveries", counts.deliveries);
    w.member("calls", counts.calls).end();
    w.member("kept", counts.kept);
    write_time(w, "created_at", row.created_at);
    write_time(w, "finished_at",
               row.finished_at.us == 0 ? std::nullopt : std::optional(row.finished_at));
    w.end();
    return std::move(w).text();
}

Step<Result<Answer>> begin(Session& s, std::shared_ptr<const PurgeRow> row) {
    co_await store::insert_purge(s, *row);
    co_return Answer{202, shown(*row)};
}

} // namespace

Task<Result<Answer>> create_purge(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    const TenantId tenant = call.caller.tenant;
    const std::int64_t days_min = units::purge_days_min(core.context, tenant);
    CO_TRY(const Wanted wanted, read_wanted(document.root(), days_min));
    const auto row = std::make_shared<PurgeRow>();
    row->tenant = tenant;
    row->id = core.context.ids.next<PurgeId>();
    for (const std::string_view kind : units::purge_kinds())
        if (std::ranges::find(wanted.kinds, kind) != wanted.kinds.end())
            row->kinds.append(row->kinds.empty() ? "" : " ").append(kind);
    row->created_at = core.clock.now();
    row->until = row->created_at - std::chrono::days(wanted.older_than_days);
    row->dry_run = wanted.dry_run;
    row->made_by = call.caller.name;
    co_return co_await change(core, call, [row](Session& s) { return begin(s, row); });
}

Task<Result<Answer>> get_purge(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<PurgeIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const Result<PurgeRow> row = co_await find_or_404<PurgeRow>(
        core, [=](Session& s) { return store::find_purge(s, tenant, id); }, "purge");
    if (!row)
        co_return std::unexpected(row.error());
    co_return Answer{200, shown(*row)};
}

} // namespace settled::api
