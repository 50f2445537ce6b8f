#include "units/catch_up/catch_up.h"

#include "base/assert.h"
#include "domain/connector.h"
#include "store/queries/directory.h"
#include "store/queries/restored.h"
#include "units/calls/hold.h"
#include "units/calls/make_call.h"
#include "units/catch_up/sources.h"
#include "units/postings/booking.h"
#include "units/postings/core_bank.h"

#include <algorithm>

namespace settled::units {

namespace {

using store::CatchUpRow;
using store::Session;
using store::Step;
using namespace std::chrono_literals;

// A webhook may come 24 hours late, and a Bacs payment takes three days.
constexpr auto before_newest = 72h;
// A bank repeats a webhook for 24 hours; after a longer silence some are gone for good.
constexpr auto bank_repeats_for = 24h;
// A step that fails is tried again: after a minute, twice as long each time, an hour at most.
constexpr auto first_wait = 60s;
constexpr auto longest_wait = 3600s;

CatchUpRow new_row(const Context& context, ConnectorId connector, std::string_view reason,
                   Instant newest, Instant now) {
    CatchUpRow row;
    row.id = context.ids.next<CatchUpId>();
    row.connector = connector;
    row.reason = reason;
    row.since = std::min(newest, now) - std::chrono::microseconds(before_newest);
    row.until = now;
    row.status = store::catch_up_running;
    row.window_from = row.since;
    row.next_at = row.created_at = row.updated_at = now;
    return row;
}

void leave_source(CatchUpRow& row) {
    ++row.source;
    row.window_from = row.since;
    row.page = row.pass = 1;
    row.unsettled = false;
    row.after_id = 0;
}

// After a step: where it goes on, or that it is done.
Step<> keep(Session& s, const UnitScope& work, CatchUpRow row, SourceStep step) {
    if (step != SourceStep::waits)
        ++row.steps;
    if (step == SourceStep::ends)
        leave_source(row);
    if (std::cmp_greater_equal(row.source, catch_up_sources().size())) {
        row.status = store::catch_up_done;
        row.ended_at = work.now;
    }
    row.updated_at = row.next_at = work.now;
    co_await store::update_catch_up(s, work.tenant, row);
    if (step != SourceStep::waits)
        wake_caller(s, work.tenant);
}

Step<> put_off(Session& s, const UnitScope& work, CatchUpRow row, std::string why) {
    std::chrono::seconds wait = first_wait;
    for (std::int64_t i = 0; i < row.failures && wait < longest_wait; ++i)
        wait *= 2;
    ++row.failures;
    ++row.steps;
    row.failed_for = std::move(why);
    row.updated_at = work.now;
    row.next_at = work.now + std::chrono::microseconds(std::min(wait, longest_wait));
    co_await store::update_catch_up(s, work.tenant, row);
}

// Whether the connector has something to catch up with.
bool is_bank(const store::ConnectorRow& row) {
    const auto settings = domain::parse_connector_settings(row.settings);
    return row.kind == "clearbank" && settings && domain::makes_calls(*settings);
}

// Bookings of the core banking system that belongs to the bank are searched from the same time on.
Step<> search_bookings(Session& s, const UnitScope& work, ConnectorId connector, Instant since) {
    const auto bank = co_await find_bank(s, work.tenant, connector);
    const auto core = bank ? co_await core_bank_of(s, work.tenant, *bank) : std::nullopt;
    if (core)
        co_await catch_up_bookings(s, work, core->id, since);
}

// The one that was under way when the server stopped ends before the downtime, and a dry run changes
// nothing: it goes through its time once more, and through the downtime. False: it covers that already.
Step<bool> take_in(Session& s, TenantId tenant, CatchUpRow running, const CatchUpRow& owed) {
    const bool covers = !running.dry_run &&
                        owed.until - running.until <= std::chrono::microseconds(bank_repeats_for);
    if (covers || owed.reason != catch_up_after_downtime)
        co_return false;
    CatchUpRow whole = owed;
    whole.id = running.id;
    whole.since = whole.window_from = std::min(running.since, owed.since);
    whole.steps = running.steps + 1; // which number its calls, of which one may be under way
    whole.created_at = running.created_at;
    whole.made_by = running.made_by;
    co_await store::update_catch_up(s, tenant, whole);
    co_return true;
}

Step<> begin_if_owed(Session& s, const Context& context, const store::ConnectorRow& bank,
                     Instant now) {
    co_await s.lock({store::Lock::calls(bank.tenant, bank.id)});
    const Hold hold = co_await hold_of(s, bank.tenant);
    const bool owed =
        hold.held && !co_await store::is_caught_up(s, bank.tenant, bank.id, hold.restored_at);
    const auto newest = co_await store::newest_row_at(s, bank.tenant);
    if (!owed && !(newest && now - *newest > bank_repeats_for))
        co_return;
    const CatchUpRow row =
        owed ? new_row(context, bank.id, catch_up_after_restore, hold.newest_at, now)
             : new_row(context, bank.id, catch_up_after_downtime, *newest, now);
    const auto running = co_await store::running_catch_up(s, bank.tenant, bank.id);
    const bool is_new = running ? co_await take_in(s, bank.tenant, *running, row)
                                : co_await store::insert_catch_up(s, bank.tenant, row);
    if (is_new)
        co_await search_bookings(s, {context, bank.tenant, now}, bank.id, row.since);
}

} // namespace

Step<Result<CatchUpRow>> begin_catch_up(Session& s, const Context& context,
                                        std::shared_ptr<const CatchUpRequest> request) {
    const TenantId tenant = request->tenant;
    const auto connector = co_await store::find_connector_by_name(s, tenant, request->connector);
    if (!connector)
        co_return fail(Code::connector_unknown, "there is no connector of that name");
    if (!is_bank(*connector))
        co_return fail(Code::connector_receives_only,
                       "this connector has no bank's API configured: there is nothing to ask");
    co_await s.lock({store::Lock::calls(tenant, connector->id)});
    const Hold hold = co_await hold_of(s, tenant);
    const auto last = co_await store::newest_from_bank_at(s, tenant);
    const Instant newest = hold.held ? hold.newest_at : last.value_or(request->now);
    CatchUpRow row =
        new_row(context, connector->id, hold.held ? catch_up_after_restore : catch_up_on_request,
                newest, request->now);
    if (request->since)
        row.since = row.window_from = std::min(*request->since, request->now);
    row.dry_run = request->dry_run;
    row.made_by = request->made_by;
    const bool is_new = co_await store::insert_catch_up(s, tenant, row);
    if (!is_new)
        co_return fail(Code::catch_up_running,
                       "a catch-up of this connector is under way: see GET /v1/catch-ups");
    if (!row.dry_run)
        co_await search_bookings(s, {context, tenant, request->now}, connector->id, row.since);
    wake_caller(s, tenant);
    co_return row;
}

Step<> begin_owed_catch_ups(Session& s, const Context& context, Instant now) {
    const auto connectors = co_await store::all_connectors(s);
    for (const store::ConnectorRow& row : connectors)
        if (is_bank(row))
            co_await begin_if_owed(s, context, row, now);
}

Step<> step_catch_up(Session& s, const UnitScope& work, const Bank& bank) {
    auto row = co_await store::running_catch_up(s, work.tenant, bank.id);
    if (!row || row->call || work.now < row->next_at)
        co_return;
    const CatchUpSource& source = catch_up_sources()[static_cast<std::size_t>(row->source)];
    const SourceStep step = co_await source.step(s, work, bank, *row, source);
    co_await keep(s, work, *std::move(row), step);
}

Step<> read_catch_up(Session& s, const UnitScope& work, const Bank& bank,
                     const store::CallRow& call, const std::optional<domain::CallReply>& reply) {
    auto row = co_await store::find_catch_up(s, work.tenant, CatchUpId{call.subject_id});
    if (!row || row->call != call.id)
        co_return;
    row->call.reset();
    if (!reply) {
        co_await put_off(s, work, *std::move(row),
                         call.reason.empty() ? "no reply could be read" : call.reason);
        co_return;
    }
    const CatchUpSource& source = catch_up_sources()[static_cast<std::size_t>(row->source)];
    const Result<SourceStep> step = co_await source.read(s, work, bank, *row, source, *reply);
    if (!step) {
        co_await put_off(s, work, *std::move(row), step.error().detail);
        co_return;
    }
    row->failures = 0;
    row->failed_for.clear();
    co_await keep(s, work, *std::move(row), *step);
}

} // namespace settled::units
