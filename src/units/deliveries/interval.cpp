#include "units/deliveries/interval.h"

#include "base/assert.h"
#include "domain/batch.h"
#include "domain/event_form.h"
#include "domain/interval.h"
#include "store/queries/delivery_bodies.h"
#include "store/queries/directory.h"
#include "store/queries/endpoints.h"
#include "store/queries/events.h"

#include <utility>
#include <vector>

namespace settled::units {

namespace {

using domain::EndpointSettings;
using store::Gathered;
using store::Session;
using store::Step;
using store::Waits;

// Rows of one unit: 2 to 5 ms of the writer. A batch is one unit whatever it holds.
constexpr std::size_t bite = 200;
// What a format adds to an event's own bytes, at most.
constexpr std::size_t envelope_bytes = 512;

struct Lane {
    TenantId tenant;
    EndpointId endpoint;
    Instant now;
};

// In an endpoint that keeps order the first of each subject is due, and the others wait for it.
Step<bool> release_in_order(Session& s, Lane lane) {
    const auto ready = co_await store::gathered(s, lane.tenant, lane.endpoint, bite);
    for (const Gathered& each : ready) {
        co_await s.lock({store::Lock::subject_line(lane.tenant, lane.endpoint, each.order_key)});
        const auto first =
            co_await store::first_in_line(s, lane.tenant, lane.endpoint, each.order_key);
        const Waits waits = first ? Waits::subject : Waits::nothing;
        co_await store::set_waits(s, lane.tenant, each.id, waits, {}, lane.now);
    }
    co_return ready.size() == bite;
}

Step<bool> release(Session& s, Lane lane, bool in_order) {
    if (in_order)
        co_return co_await release_in_order(s, lane);
    const auto released =
        co_await store::release_gathered(s, lane.tenant, lane.endpoint, bite, lane.now);
    co_return released == static_cast<std::int64_t>(bite);
}

// As many of the gathered as one body may hold.
Step<std::vector<store::EventRow>> events_of(Session& s, TenantId tenant,
                                             const EndpointSettings& settings,
                                             const std::vector<Gathered>& ready) {
    std::vector<store::EventRow> events;
    std::size_t bytes = 0;
    for (const Gathered& each : ready) {
        auto event = co_await store::find_event(s, tenant, EventId{each.event});
        SETTLED_ASSERT(event.has_value(), "a delivery's event is kept as long as the delivery");
        bytes += event->body.size() + (settings.is_native() ? 1 : envelope_bytes);
        if (bytes > domain::batch_bytes_max && !events.empty())
            break;
        events.push_back(*std::move(event));
    }
    co_return events;
}

Step<store::DeliveryBody> batch_body(Session& s, const Context& context, TenantId tenant,
                                     const EndpointSettings& settings, BatchId id, Instant now,
                                     const std::vector<store::EventRow>& events) {
    const auto row = co_await store::find_tenant(s, tenant);
    const std::string name = row ? row->name : std::string();
    std::vector<std::string> ids;
    for (const store::EventRow& event : events)
        ids.push_back(to_string(event.id));
    std::vector<domain::FormFacts> facts;
    for (std::size_t i = 0; i < events.size(); ++i)
        facts.push_back({ids[i], events[i].type, events[i].subject_id, events[i].version,
                         events[i].created_at, events[i].body});
    auto form = domain::batch_form(settings, {name, context.public_url}, to_string(id), now, facts);
    SETTLED_ASSERT(form.has_value(), "an event's body was written by us");
    co_return store::DeliveryBody{std::move(form->head), std::move(form->body)};
}

// Makes one batch due, after those of the same interval. True: more has gathered.
Step<bool> release_batch(Session& s, const Context& context, Lane lane,
                         const EndpointSettings& settings) {
    const auto ready =
        co_await store::gathered(s, lane.tenant, lane.endpoint, domain::batch_events_max);
    if (ready.empty())
        co_return false;
    const auto events = co_await events_of(s, lane.tenant, settings, ready);
    const auto id = context.ids.next<BatchId>();
    const TaskId task{id.value};
    for (std::size_t i = 0; i < events.size(); ++i)
        co_await store::set_waits(s, lane.tenant, ready[i].id, Waits::batch, id, lane.now);
    const auto body = co_await batch_body(s, context, lane.tenant, settings, id, lane.now, events);
    co_await store::insert_delivery_body(s, lane.tenant, task, body);
    const std::int64_t order_key = lane.endpoint.value; // batches are in line with each other
    co_await s.lock({store::Lock::subject_line(lane.tenant, lane.endpoint, order_key)});
    const auto first = co_await store::first_in_line(s, lane.tenant, lane.endpoint, order_key);
    store::NewDelivery delivery;
    delivery.id = task;
    delivery.kind = store::task_batch;
    delivery.subject_id = task.value;
    delivery.endpoint = lane.endpoint;
    delivery.now = lane.now;
    delivery.waits = first ? Waits::subject : Waits::nothing;
    delivery.order_key = order_key;
    delivery.of_interval = true;
    co_await store::insert_delivery(s, lane.tenant, delivery);
    co_return events.size() < ready.size() || ready.size() == domain::batch_events_max;
}

} // namespace

Step<> begin_interval(Session& s, const Context& context, TenantId tenant, EndpointId endpoint,
                      const EndpointSettings& settings, Instant now) {
    const bool runs = co_await store::hold_queued(s, tenant, store::task_interval, endpoint.value);
    if (runs)
        co_return;
    const Instant due = domain::next_point(settings.schedule_set_at, settings.interval, now);
    co_await store::insert_task(s, tenant, context.ids.next<TaskId>(), store::task_interval,
                                endpoint.value, 0, due, now);
}

// `attempts` of the timer: what is sent for this interval was begun and goes on.
Step<> end_interval(Session& s, const Context& context, store::TaskRow task, Instant now) {
    const Lane lane{task.tenant, EndpointId{task.subject_id}, now};
    co_await s.lock({store::Lock::endpoints_shared(task.tenant)});
    const bool is_mine = co_await store::update_task(
        s, task.tenant, task.id, domain::TaskStatus::queued, task.attempts + 1, task.due_at, now);
    if (!is_mine)
        co_return;
    const auto endpoint = co_await store::find_endpoint(s, task.tenant, lane.endpoint);
    const bool is_active = endpoint && store::is_owed(endpoint->status);
    const auto settings = domain::parse_endpoint_settings(endpoint ? endpoint->settings : "{}");
    SETTLED_ASSERT(settings.has_value(), "an endpoint's settings were written by us");
    if (is_active && settings->has_interval() && task.attempts == 0) {
        const bool is_busy = co_await store::has_open_interval(s, task.tenant, lane.endpoint);
        if (is_busy) {
            const Instant next =
                domain::next_point(settings->schedule_set_at, settings->interval, now);
            (void)co_await store::update_task(s, task.tenant, task.id, domain::TaskStatus::queued,
                                              0, next, now);
            co_return;
        }
    }
    bool more = false;
    if (is_active && settings->sends_batches())
        more = co_await release_batch(s, context, lane, *settings);
    else if (is_active)
        more = co_await release(s, lane, settings->ordered);
    (void)co_await store::update_task(s, task.tenant, task.id,
                                      more ? domain::TaskStatus::queued : domain::TaskStatus::done,
                                      task.attempts + 1, now, now);
}

Step<> change_interval(Session& s, TenantId tenant, EndpointId endpoint,
                       const EndpointSettings& settings, Instant now) {
    const Instant due = settings.has_interval()
                            ? domain::next_point(settings.schedule_set_at, settings.interval, now)
                            : now;
    co_await store::due_by(s, tenant, store::task_interval, endpoint.value, due);
}

} // namespace settled::units
