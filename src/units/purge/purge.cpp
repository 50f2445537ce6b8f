#include "units/purge/purge.h"

#include "domain/delivery.h"
#include "domain/payment.h"
#include "match/rule_set.h"
#include "store/queries/calls.h"
#include "store/queries/purging.h"
#include "units/purge/purge_calls.h"
#include "units/purge/purge_events.h"
#include "units/purge/purge_payments.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

namespace settled::units {

namespace {

using store::PurgeCounts;
using store::PurgePage;
using store::PurgeRow;
using store::Session;
using store::Step;

constexpr std::string_view payments = "payments";
constexpr std::string_view events = "events";
constexpr std::string_view deliveries = "deliveries";
constexpr std::string_view calls = "calls";
constexpr std::array kinds{payments, events, deliveries, calls};

// What a run goes over, in this order: what has gone keeps nothing from going that comes later. The
// place in the list is stored: add at the end.
struct Stage {
    std::string_view kind;
    std::string_view status; // "": the kind has none
};
const std::array stages{
    Stage{deliveries, "done"},
    Stage{deliveries, "cancelled"},
    Stage{events, ""},
    Stage{calls, store::call_done},
    Stage{calls, store::call_refused},
    Stage{calls, store::call_unclear},
    Stage{calls, store::call_cancelled},
    Stage{payments, "settled"},
    Stage{payments, "returned"},
    Stage{payments, "cancelled"},
};

// A row costs a few statements: so many of a bite's rows are looked at in one step.
std::size_t rows_of(std::string_view kind, store::Bite bite) {
    const std::size_t weight = kind == payments ? 16 : kind == events ? 4 : 2;
    return std::max<std::size_t>(1, bite.rows_max / weight);
}

bool names(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const std::string_view one = words.substr(0, words.find(' '));
        words.remove_prefix(std::min(words.size(), one.size() + 1));
        if (one == word)
            return true;
    }
    return false;
}

// No id is older: 2024-01-01T00:00:00Z.
constexpr Instant first_instant{1'704'067'200'000'000};

PurgePage page_of(const PurgeRow& row, const Stage& stage, std::size_t limit) {
    return {std::string(stage.status), row.cursor, first_id_at(std::max(row.until, first_instant)),
            limit};
}

// Looks at the next rows of the stage. Returns how many.
Step<std::size_t> go_over(Session& s, const PurgeScope& scope, PurgeRow& row, const Stage& stage,
                          std::size_t limit, PurgeCounts& counts) {
    const PurgePage page = page_of(row, stage, limit);
    if (stage.kind == deliveries) {
        const auto found = co_await store::deliveries_to_purge(s, scope.tenant, page);
        for (const store::OldDelivery& each : found)
            co_await purge_delivery(s, scope, each, counts);
        row.cursor = found.empty() ? row.cursor : found.back().id.value;
        co_return found.size();
    }
    if (stage.kind == events) {
        const auto found = co_await store::events_to_purge(s, scope.tenant, page);
        for (const store::OldEvent& each : found)
            co_await purge_event(s, scope, each, counts);
        row.cursor = found.empty() ? row.cursor : found.back().id.value;
        co_return found.size();
    }
    if (stage.kind == calls) {
        const auto found = co_await store::calls_to_purge(s, scope.tenant, page);
        for (const store::OldCall& each : found)
            co_await purge_call(s, scope, each, counts);
        row.cursor = found.empty() ? row.cursor : found.back().id.value;
        co_return found.size();
    }
    const auto found = co_await store::payments_to_purge(s, scope.tenant, page);
    for (const PaymentId each : found)
        co_await purge_payment(s, scope, each, counts);
    row.cursor = found.empty() ? row.cursor : found.back().value;
    co_return found.size();
}

void add(PurgeCounts& all, const PurgeCounts& more) {
    all.payments += more.payments;
    all.settlements += more.settlements;
    all.matches += more.matches;
    all.events += more.events;
    all.deliveries += more.deliveries;
    all.calls += more.calls;
    all.kept += more.kept;
}

// Whether there is a row that is old enough to be looked at.
Step<bool> has_old_rows(Session& s, const PurgeRow& row) {
    for (const Stage& stage : stages) {
        if (stage.kind != row.kinds)
            continue;
        const PurgePage page = page_of(row, stage, 1);
        std::size_t found = 0;
        if (stage.kind == deliveries)
            found = (co_await store::deliveries_to_purge(s, row.tenant, page)).size();
        else if (stage.kind == events)
            found = (co_await store::events_to_purge(s, row.tenant, page)).size();
        else if (stage.kind == calls)
            found = (co_await store::calls_to_purge(s, row.tenant, page)).size();
        else
            found = (co_await store::payments_to_purge(s, row.tenant, page)).size();
        if (found != 0)
            co_return true;
    }
    co_return false;
}

Instant days_before(Instant now, std::int64_t days) {
    return now - std::chrono::days(days);
}

} // namespace

std::span<const std::string_view> purge_kinds() {
    return kinds;
}

std::int64_t purge_days_min(const Context& context, TenantId tenant) {
    constexpr std::chrono::hours sent_again(72); // the longest that a bank repeats a webhook
    std::chrono::hours longest{0};
    for (const auto& rules : context.all_rules_of(tenant))
        longest = std::max(longest, *std::ranges::max_element(rules->windows));
    const auto days = std::chrono::ceil<std::chrono::days>(longest + sent_again).count();
    return std::max<std::int64_t>(domain::purge_money_days_min, days);
}

Step<PurgeStep> purge_some(Session& s, const Context& context, TenantId tenant, PurgeId id,
                           Instant now, store::Bite bite) {
    co_await s.lock({resend_lock(tenant)});
    auto row = co_await store::find_purge(s, tenant, id);
    if (!row || row->status != store::purge_running)
        co_return PurgeStep{};
    const bool is_ours = co_await store::begin_purge_step(s, tenant, id, row->steps);
    if (!is_ours)
        co_return PurgeStep{};
    const PurgeScope scope{context, tenant, row->until, now, row->dry_run};
    PurgeStep step{true, {}, row->dry_run};
    while (static_cast<std::size_t>(row->stage) < stages.size() &&
           !names(row->kinds, stages.at(static_cast<std::size_t>(row->stage)).kind))
        ++row->stage;
    if (static_cast<std::size_t>(row->stage) < stages.size()) {
        const Stage& stage = stages.at(static_cast<std::size_t>(row->stage));
        const std::size_t limit = rows_of(stage.kind, bite);
        const std::size_t seen = co_await go_over(s, scope, *row, stage, limit, step.counts);
        if (seen < limit) {
            ++row->stage;
            row->cursor = 0;
        }
        add(row->counts, step.counts);
    }
    if (static_cast<std::size_t>(row->stage) >= stages.size()) {
        row->status = store::purge_done;
        row->finished_at = now;
        step.more = false;
    }
    co_await store::update_purge(s, *row);
    co_return step;
}

Step<bool> begin_daily_purge(Session& s, const Context& context, TenantId tenant,
                             domain::Retention retention, Instant now) {
    const auto last = co_await store::last_daily_purge(s, tenant);
    if (last && now < *last + std::chrono::days(1))
        co_return false;
    const std::int64_t least = purge_days_min(context, tenant);
    struct Kept {
        std::string_view kind;
        std::int64_t days;
    };
    bool has_begun = false;
    for (const Kept& each :
         {Kept{deliveries, retention.deliveries_days}, Kept{events, retention.events_days},
          Kept{calls, retention.calls_days == 0 ? 0 : std::max(least, retention.calls_days)},
          Kept{payments,
               retention.payments_days == 0 ? 0 : std::max(least, retention.payments_days)}}) {
        if (each.days == 0)
            continue;
        PurgeRow row;
        row.tenant = tenant;
        row.id = context.ids.next<PurgeId>();
        row.kinds = each.kind;
        row.until = days_before(now, each.days);
        row.created_at = now;
        const bool is_needed = co_await has_old_rows(s, row);
        if (is_needed)
            co_await store::insert_purge(s, row);
        has_begun = has_begun || is_needed;
    }
    co_return has_begun;
}

} // namespace settled::units
