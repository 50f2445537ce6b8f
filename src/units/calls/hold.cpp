#include "units/calls/hold.h"

#include "domain/connector.h"
#include "store/queries/directory.h"
#include "store/queries/money/catch_ups.h"
#include "store/queries/restored.h"
#include "units/calls/make_call.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace settled::units {

namespace {

using store::Session;
using store::Step;

} // namespace

Step<Hold> hold_of(Session& s, TenantId tenant) {
    const auto mark = co_await store::find_restore_mark(s);
    if (!mark)
        co_return Hold{};
    const auto end = co_await store::find_restore_end(s, tenant);
    const bool ended = end && end->restored_at >= mark->restored_at;
    co_return Hold{true, !ended, mark->restored_at, mark->newest_at};
}

Step<bool> is_any_held(Session& s) {
    const auto mark = co_await store::find_restore_mark(s);
    if (!mark)
        co_return false;
    const auto tenants = co_await store::list_tenants(s);
    for (const store::TenantRow& tenant : tenants) {
        const Hold hold = co_await hold_of(s, tenant.id);
        if (hold.held)
            co_return true;
    }
    co_return false;
}

Step<bool> may_move_money(Session& s, TenantId tenant) {
    const Hold hold = co_await hold_of(s, tenant);
    co_return !hold.held;
}

Step<std::vector<std::string>> banks_not_caught_up(Session& s, TenantId tenant, Instant since) {
    std::vector<std::string> names;
    const auto connectors = co_await store::list_connectors(s, tenant);
    for (const store::ConnectorRow& row : connectors) {
        const auto settings = domain::parse_connector_settings(row.settings);
        if (row.kind != "clearbank" || !settings || !domain::makes_calls(*settings))
            continue;
        const bool done = co_await store::is_caught_up(s, tenant, row.id, since);
        if (!done)
            names.push_back(row.name);
    }
    co_return names;
}

Step<> mark_restored(Session& s, Instant now) {
    store::RestoreMark mark{now, Instant{0}};
    const auto tenants = co_await store::list_tenants(s);
    for (const store::TenantRow& tenant : tenants) {
        const auto newest = co_await store::newest_row_at(s, tenant.id);
        mark.newest_at = std::max(mark.newest_at, newest.value_or(Instant{0}));
    }
    if (mark.newest_at.us == 0)
        mark.newest_at = now;
    co_await store::put_restore_mark(s, mark);
}

Step<Result<>> end_hold(Session& s, TenantId tenant, std::string actor, std::string reason,
                        Instant now) {
    const Hold hold = co_await hold_of(s, tenant);
    if (!hold.held)
        co_return fail(Code::state_conflict, "calls are not held: no restore has to be dealt with");
    const auto missing = co_await banks_not_caught_up(s, tenant, hold.restored_at);
    if (!missing.empty())
        co_return fail(Code::catch_up_unfinished,
                       fmt::format("these were not asked for everything since the restore: {}; see "
                                   "GET /v1/catch-ups, or begin one",
                                   fmt::join(missing, ", ")));
    co_await store::put_restore_end(s, {tenant, hold.restored_at, now,
                                        actor.empty() ? "operator" : std::move(actor),
                                        std::move(reason)});
    wake_caller(s, tenant);
    co_return Result<>{};
}

} // namespace settled::units
