#include "units/deliveries/publish.h"

#include "base/assert.h"
#include "store/queries/endpoints.h"
#include "store/queries/events.h"
#include "units/deliveries/owe.h"
#include "wire/json.h"

namespace settled::units {

namespace {

// The body is read when the first filter asks for it.
class Fields {
  public:
    explicit Fields(const domain::Event& event) : event_(event) {}
    bool fit(const domain::FieldFilter& filter) {
        if (filter.empty())
            return true;
        if (!document_)
            document_.emplace(wire::JsonDocument::parse(event_.body));
        SETTLED_ASSERT(document_->has_value(), "an event's body is JSON");
        return domain::fits(filter, (*document_)->root());
    }

  private:
    const domain::Event& event_;
    std::optional<Result<wire::JsonDocument>> document_;
};

bool is_about(const domain::Event& event, EndpointId endpoint) {
    return event.subject_id == endpoint.value;
}

} // namespace

store::Step<> publish_event(store::Session& s, const Context& context, TenantId tenant,
                            const domain::Event& event) {
    co_await s.lock({store::Lock::endpoints_shared(tenant)});
    co_await store::insert_event(s, tenant, event);
    const OwedEvent owed = owed_event(event);
    Fields fields(event);
    const auto subscribers = co_await store::subscribers(s, tenant);
    for (const store::Subscriber& subscriber : subscribers) {
        if (!domain::wants(subscriber.events, event.type) || is_about(event, subscriber.id))
            continue;
        const auto settings = domain::parse_endpoint_settings(subscriber.settings);
        SETTLED_ASSERT(settings.has_value(), "an endpoint's settings were written by us");
        if (fields.fit(settings->filter))
            (void)co_await owe_delivery(s, context, tenant, subscriber.id, *settings, owed,
                                        Owe::by_schedule);
    }
}

store::Step<TaskId> publish_to_endpoint(store::Session& s, const Context& context, TenantId tenant,
                                        EndpointId endpoint, const domain::Event& event) {
    co_await store::insert_event(s, tenant, event);
    const auto row = co_await store::find_endpoint(s, tenant, endpoint);
    const auto settings = domain::parse_endpoint_settings(row ? row->settings : "{}");
    SETTLED_ASSERT(settings.has_value(), "an endpoint's settings were written by us");
    const OwedEvent owed = owed_event(event);
    co_return co_await owe_delivery(s, context, tenant, endpoint, *settings, owed, Owe::at_once);
}

} // namespace settled::units
