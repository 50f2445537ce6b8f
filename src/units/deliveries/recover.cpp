#include "units/deliveries/recover.h"

#include "base/assert.h"
#include "store/queries/endpoint_states.h"
#include "store/queries/endpoints.h"
#include "store/queries/events.h"
#include "store/queries/purged.h"
#include "units/deliveries/endpoint_row.h"
#include "units/deliveries/owe.h"
#include "units/deliveries/redeliver.h"
#include "units/purge/purge.h"
#include "wire/json.h"

#include <algorithm>
#include <memory>

namespace settled::units {

namespace {

using domain::EndpointSettings;
using store::EndpointRow;
using store::EventRow;
using store::RedeliveryRow;
using store::Session;
using store::Step;
using store::TaskRow;

// Events of one unit: some milliseconds of the writer.
constexpr std::size_t bite = 100;
// So many may wait for the endpoint while more are made.
constexpr std::int64_t waiting_max = 32;
constexpr std::chrono::microseconds pause = std::chrono::milliseconds(250);

// No id is older: 2024-01-01T00:00:00Z.
constexpr Instant first_instant{1'704'067'200'000'000};

bool names(std::string_view words, std::string_view word) {
    return words != "*" && domain::wants(words, word);
}

struct Recovery {
    RedeliveryRow row;
    EndpointId endpoint;
    std::string events; // that the endpoint wants
    EndpointSettings settings;
    Instant now;
};

bool is_wanted(const Recovery& r, const EventRow& event) {
    if (event.subject_id == r.endpoint.value || event.type == domain::test_ping ||
        !domain::wants(r.row.events, event.type) || !domain::wants(r.events, event.type))
        return false;
    if (r.settings.filter.empty())
        return true;
    const auto document = wire::JsonDocument::parse(event.body);
    return document && domain::fits(r.settings.filter, document->root());
}

// True: it is on its way again.
Step<bool> make_again(Session& s, const Context& context, const Recovery& r, const EventRow& event,
                      std::optional<TaskRow> delivery) {
    if (delivery)
        co_return co_await redeliver(s, context, *std::move(delivery), r.now, false);
    const OwedEvent owed{event.id,
                         event.type,
                         event.subject_id,
                         event.version,
                         std::make_shared<const std::string>(event.body),
                         event.created_at,
                         r.now};
    (void)co_await owe_delivery(s, context, r.row.tenant, r.endpoint, r.settings, owed,
                                Owe::behind_fresh);
    co_return true;
}

// Where no delivery is there: one that was purged had its status, and counts as it did.
Step<std::string> status_without(Session& s, const Recovery& r, const EventRow& event) {
    const auto purged = co_await store::find_purged_delivery(s, r.row.tenant, event.id, r.endpoint);
    co_return purged ? purged->name : std::string(recover_missed);
}

Step<> look_at(Session& s, const Context& context, Recovery& r, const EventRow& event) {
    r.row.cursor = event.id.value;
    if (!is_wanted(r, event))
        co_return;
    auto delivery = co_await store::delivery_of(s, r.row.tenant, event.id, r.endpoint);
    const std::string status = delivery ? delivery->status : co_await status_without(s, r, event);
    if (!names(r.row.statuses, status))
        co_return;
    ++r.row.total;
    if (r.row.dry_run)
        co_return;
    const bool is_made = co_await make_again(s, context, r, event, std::move(delivery));
    r.row.queued += is_made ? 1 : 0;
}

// What was missed while it was disabled is not missed any more.
Step<> forget_missed(Session& s, const Recovery& r) {
    if (r.row.dry_run || !names(r.row.statuses, recover_missed) || r.row.events != "*")
        co_return;
    co_await s.lock({store::Lock::endpoint_state(r.row.tenant, r.endpoint)});
    auto state = co_await store::find_endpoint_state(s, r.row.tenant, r.endpoint);
    if (state.missed_since.us == 0 || state.missed_since < r.row.since)
        co_return;
    state.missed_since = {};
    co_await store::put_endpoint_state(s, state);
}

Step<> end(Session& s, const TaskRow& task, RedeliveryRow row, Instant now) {
    row.status = store::redelivery_done;
    row.finished_at = now;
    co_await store::update_redelivery(s, row);
    (void)co_await store::update_task(s, task.tenant, task.id, domain::TaskStatus::done,
                                      task.attempts + 1, now, now);
}

Step<> go_on_at(Session& s, const TaskRow& task, Instant due, Instant now) {
    (void)co_await store::update_task(s, task.tenant, task.id, domain::TaskStatus::queued,
                                      task.attempts + 1, due, now);
}

} // namespace

Step<> begin_recovery(Session& s, const Context& context, const RedeliveryRow& wanted) {
    RedeliveryRow row = wanted;
    row.status = store::redelivery_running;
    row.cursor = first_id_at(std::max(row.since, first_instant)) - 1;
    co_await store::insert_redelivery(s, row);
    co_await store::insert_task(s, row.tenant, context.ids.next<TaskId>(), store::task_recover,
                                row.id.value, 0, row.created_at, row.created_at);
}

Step<> recover_some(Session& s, const Context& context, TaskRow task, Instant now) {
    co_await s.lock({store::Lock::endpoints_shared(task.tenant), resend_lock(task.tenant)});
    const bool is_mine = co_await store::update_task(
        s, task.tenant, task.id, domain::TaskStatus::queued, task.attempts + 1, task.due_at, now);
    if (!is_mine)
        co_return;
    auto row = co_await store::find_redelivery(s, task.tenant, RedeliveryId{task.subject_id});
    SETTLED_ASSERT(row.has_value(), "a redelivery's row is as old as its task");
    const auto endpoint = co_await store::find_endpoint(s, task.tenant, row->endpoint);
    if (!endpoint || !store::is_owed(endpoint->status)) {
        co_await end(s, task, *row, now);
        co_return;
    }
    const std::int64_t waiting = co_await store::count_due(s, row->endpoint, now, waiting_max);
    if (!row->dry_run && waiting >= waiting_max) {
        co_await go_on_at(s, task, now + pause, now);
        co_return;
    }
    const auto settings = endpoint_settings(*endpoint);
    SETTLED_ASSERT(settings.has_value(), "an endpoint's settings were written by us");
    Recovery r{*row, row->endpoint, endpoint->events, *settings, now};
    const std::int64_t last = first_id_at(row->until + std::chrono::milliseconds(1)) - 1;
    const auto events = co_await store::events_between(s, task.tenant, r.row.cursor, last, bite);
    for (const EventRow& event : events)
        co_await look_at(s, context, r, event);
    if (events.size() == bite) {
        co_await store::update_redelivery(s, r.row);
        co_await go_on_at(s, task, now, now);
        co_return;
    }
    co_await forget_missed(s, r);
    co_await end(s, task, r.row, now);
}

} // namespace settled::units
