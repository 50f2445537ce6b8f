// After a restore or a silence: whether calls are held, who lets them go on, and what the bank is asked
// for.
#include "units/catch_up/catch_up.h"

#include "api/body.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/money_out/money_out_views.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "base/limits.h"
#include "payloads/reader.h"
#include "store/queries/nodes.h"
#include "store/queries/restored.h"
#include "units/calls/hold.h"
#include "units/catch_up/sources.h"
#include "wire/time.h"

namespace settled::api {

namespace {

using store::CatchUpRow;
using store::Session;
using store::Step;

struct Held {
    units::Hold hold;
    std::optional<store::RestoreEnd> end;
    std::vector<std::string> not_caught_up;
};

Step<Held> find_held(Session& s, TenantId tenant) {
    Held held;
    held.hold = co_await units::hold_of(s, tenant);
    if (held.hold.held)
        held.not_caught_up = co_await units::banks_not_caught_up(s, tenant, held.hold.restored_at);
    else if (held.hold.restored)
        held.end = co_await store::find_restore_end(s, tenant);
    co_return held;
}

std::string shown(const Held& held) {
    wire::JsonWriter w;
    w.object().member("held", held.hold.held);
    const bool restored = held.hold.restored;
    write_time(w, "restored_at", restored ? std::optional(held.hold.restored_at) : std::nullopt);
    write_time(w, "newest_row_at", restored ? std::optional(held.hold.newest_at) : std::nullopt);
    w.key("not_caught_up").array();
    for (const std::string& name : held.not_caught_up)
        w.value(name);
    w.end();
    write_time(w, "ended_at", held.end ? std::optional(held.end->ended_at) : std::nullopt);
    w.member("ended_by", held.end ? held.end->ended_by : "");
    w.member("reason", held.end ? held.end->reason : "").end();
    return std::move(w).text();
}

struct Wish {
    TenantId tenant;
    std::string actor;
    std::string reason;
    Instant now;
};

Step<Result<Answer>> resume(Session& s, std::shared_ptr<const Wish> wish) {
    CO_TRY_VOID(co_await units::end_hold(s, wish->tenant, wish->actor, wish->reason, wish->now));
    co_await store::bump_cache_version(s, store::book_connectors); // /readyz of each node says it
    const Held held = co_await find_held(s, wish->tenant);
    co_return Answer{200, shown(held)};
}

// How far it has come in its source; a source that goes through rows of ours is quick.
std::optional<Instant> place_of(const CatchUpRow& row) {
    const bool runs = row.status == store::catch_up_running;
    return runs ? std::optional(row.window_from) : std::nullopt;
}

void write_catch_up(wire::JsonWriter& w, const CatchUpRow& row, const ConnectorNames& names) {
    const auto sources = units::catch_up_sources();
    const bool runs =
        row.status == store::catch_up_running && std::cmp_less(row.source, sources.size());
    w.object().member("id", to_string(row.id)).member("connector", name_of(names, row.connector));
    w.member("reason", row.reason);
    write_time(w, "since", row.since);
    write_time(w, "until", row.until);
    w.member("dry_run", row.dry_run).member("status", row.status);
    w.member("source", runs ? sources[static_cast<std::size_t>(row.source)].name : "");
    write_time(w, "at", place_of(row));
    w.member("seen", row.seen).member("settlements", row.settlements);
    w.member("movements", row.movements).member("orders", row.orders).member("asked", row.asked);
    w.member("waiting", row.waiting).member("failures", row.failures);
    w.member("failed_for", row.failed_for).member("made_by", row.made_by);
    write_time(w, "created_at", row.created_at);
    write_time(w, "updated_at", row.updated_at);
    write_time(w, "ended_at", row.ended_at);
    w.end();
}

Step<Answer> answer_of(Session& s, TenantId tenant, const CatchUpRow& row, int status) {
    const ConnectorNames names = co_await connector_names(s, tenant);
    wire::JsonWriter w;
    write_catch_up(w, row, names);
    co_return Answer{status, std::move(w).text()};
}

Step<Result<Answer>> create(Session& s, const units::Context& context,
                            std::shared_ptr<const units::CatchUpRequest> request) {
    const auto row = co_await units::begin_catch_up(s, context, request);
    if (!row)
        co_return std::unexpected(row.error());
    co_return co_await answer_of(s, request->tenant, *row, 202);
}

struct Listed {
    std::vector<CatchUpRow> rows;
    ConnectorNames connectors;
};

Step<Listed> list(Session& s, TenantId tenant, Page page) {
    Listed listed;
    listed.rows = co_await store::list_catch_ups(s, tenant, page.before, page.wanted());
    listed.connectors = co_await connector_names(s, tenant);
    co_return listed;
}

Step<std::optional<Answer>> find(Session& s, TenantId tenant, CatchUpId id) {
    const auto row = co_await store::find_catch_up(s, tenant, id);
    if (!row)
        co_return std::nullopt;
    co_return co_await answer_of(s, tenant, *row, 200);
}

Result<std::string> read_reason(const net::Request& request) {
    TRY(const auto document, json_body(request));
    payloads::Reader in(document.root());
    std::string reason = in.text("reason", limits::text_bytes_max);
    TRY_VOID(in.finish());
    return reason;
}

Result<units::CatchUpRequest> read_catch_up(const Core& core, const Call& call) {
    TRY(const auto document, json_body(call.request));
    payloads::Reader in(document.root());
    units::CatchUpRequest request;
    request.connector = in.text("connector", limits::text_bytes_max);
    request.since = in.take("since", limits::text_bytes_max, wire::parse_rfc3339);
    request.dry_run = in.optional_flag("dry_run");
    TRY_VOID(in.finish());
    request.tenant = call.caller.tenant;
    request.made_by = call.caller.name;
    request.now = core.clock.now();
    return request;
}

} // namespace

Task<Result<Answer>> show_held(const Core& core, const Call& call) {
    const TenantId tenant = call.caller.tenant;
    const Result<Held> held =
        co_await core.store.read<Held>([tenant](Session& s) { return find_held(s, tenant); });
    if (!held)
        co_return std::unexpected(held.error());
    co_return Answer{200, shown(*held)};
}

Task<Result<Answer>> resume_calls(const Core& core, const Call& call) {
    CO_TRY(std::string reason, read_reason(call.request));
    const auto wish = std::make_shared<const Wish>(call.caller.tenant, call.caller.name,
                                                   std::move(reason), core.clock.now());
    auto answer = co_await change(core, call, [wish](Session& s) { return resume(s, wish); });
    if (answer && !answer->replayed)
        co_await core.connectors_changed();
    co_return answer;
}

Task<Result<Answer>> create_catch_up(const Core& core, const Call& call) {
    CO_TRY(units::CatchUpRequest asked, read_catch_up(core, call));
    const auto request = std::make_shared<const units::CatchUpRequest>(std::move(asked));
    const units::Context& context = core.context;
    co_return co_await change(
        core, call, [request, &context](Session& s) { return create(s, context, request); });
}

Task<Result<Answer>> list_catch_ups(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, CatchUpIdTag::prefix));
    const TenantId tenant = call.caller.tenant;
    const Result<Listed> found =
        co_await core.store.read<Listed>([=](Session& s) { return list(s, tenant, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, found->rows, [&](wire::JsonWriter& w, const CatchUpRow& row) {
        write_catch_up(w, row, found->connectors);
    });
}

Task<Result<Answer>> get_catch_up(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<CatchUpIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    co_return co_await find_or_404<Answer>(
        core, [=](Session& s) { return find(s, tenant, id); }, "catch-up");
}

} // namespace settled::api
