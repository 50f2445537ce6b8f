#include "units/watching/recovered_connector.h"

#include "domain/operating_event.h"
#include "store/queries/calls.h"
#include "store/queries/directory.h"
#include "units/deliveries/publish.h"

namespace settled::units {

store::Step<> publish_recovered(store::Session& s, const Context& context, TenantId tenant,
                                ConnectorId connector, Instant now) {
    const auto row = co_await store::find_connector(s, tenant, connector);
    if (!row)
        co_return;
    auto state = co_await store::find_connector_state(s, tenant, connector);
    ++state.version;
    co_await store::put_connector_state(s, state);
    co_await publish_event(s, context, tenant,
                           domain::connector_answers_event(context.ids.next<EventId>(),
                                                           {connector, row->name, state.version},
                                                           now));
}

} // namespace settled::units
