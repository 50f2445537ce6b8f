#include "units/watching/lost_nodes.h"

#include "units/deliveries/publish.h"

namespace settled::units {

namespace {

constexpr TenantId main_tenant{1};

} // namespace

store::Step<> publish_lost_node(store::Session& s, const Context& context, domain::LostNode node,
                                Instant now) {
    co_await publish_event(s, context, main_tenant,
                           domain::node_lost_event(context.ids.next<EventId>(), node, now));
}

} // namespace settled::units
