#include "units/deliveries/owe.h"

#include "base/assert.h"
#include "domain/event_form.h"
#include "store/queries/delivery_bodies.h"
#include "store/queries/directory.h"
#include "store/queries/tasks.h"
#include "units/deliveries/interval.h"

#include <optional>
#include <utility>

namespace settled::units {

namespace {

// In the endpoint's format as it is now: the bytes of every attempt, whatever is set later.
store::Step<store::DeliveryBody> write_form(store::Session& s, const Context& context,
                                            TenantId tenant, TaskId task,
                                            const domain::EndpointSettings& settings,
                                            const OwedEvent& event) {
    const auto row = co_await store::find_tenant(s, tenant);
    const std::string name = row ? row->name : std::string();
    const std::string id = to_string(event.id);
    auto form = domain::form_of(
        settings, {name, context.public_url},
        {id, event.type, event.subject_id, event.version, event.created_at, *event.body});
    SETTLED_ASSERT(form.has_value(), "an event's body was written by us");
    store::DeliveryBody body{std::move(form->head), std::move(form->body)};
    co_await store::insert_delivery_body(s, tenant, task, body);
    co_return body;
}

} // namespace

OwedEvent owed_event(const domain::Event& event) {
    return {event.id,
            event.type,
            event.subject_id,
            event.version,
            std::make_shared<const std::string>(event.body),
            event.created_at,
            event.created_at};
}

store::Step<TaskId> owe_delivery(store::Session& s, const Context& context, TenantId tenant,
                                 EndpointId endpoint, const domain::EndpointSettings& settings,
                                 const OwedEvent& event, Owe way) {
    store::NewDelivery delivery;
    delivery.id = context.ids.next<TaskId>();
    delivery.subject_id = event.id.value;
    delivery.endpoint = endpoint;
    delivery.now = event.now;
    const bool gathers = settings.has_interval() && way == Owe::by_schedule;
    if (gathers) {
        delivery.waits = store::Waits::interval;
        delivery.of_interval = true;
    }
    if (settings.ordered && way != Owe::at_once) {
        delivery.order_key = event.subject_id;
        if (!gathers) {
            co_await s.lock({store::Lock::subject_line(tenant, endpoint, event.subject_id)});
            const auto first = co_await store::first_in_line(s, tenant, endpoint, event.subject_id);
            delivery.waits = first ? store::Waits::subject : store::Waits::nothing;
        }
    }
    if (delivery.waits == store::Waits::nothing && way != Owe::behind_fresh)
        delivery.holder = context.holder_for(endpoint);
    co_await store::insert_delivery(s, tenant, delivery);
    // What goes in a batch gets its bytes with it.
    std::optional<store::DeliveryBody> own;
    if (!settings.is_native() && !(gathers && settings.batch))
        own = co_await write_form(s, context, tenant, delivery.id, settings, event);
    if (gathers)
        co_await begin_interval(s, context, tenant, endpoint, settings, event.now);
    if (delivery.holder != 0) {
        store::TaskNote note{tenant,     delivery.id, endpoint,           event.id,
                             event.body, 0,           delivery.holder,    1,
                             nullptr,    0,           delivery.order_key, event.now};
        if (own) {
            note.head = std::make_shared<const std::string>(std::move(own->head));
            note.body = std::make_shared<const std::string>(std::move(own->body));
        }
        s.note(std::move(note));
    }
    co_return delivery.id;
}

} // namespace settled::units
