// One endpoint is owed one event: the delivery's row, and what has to come before it is due.
#pragma once

#include "domain/endpoint_settings.h"
#include "domain/event.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

#include <memory>
#include <string>

namespace settled::units {

// An event that is owed, as it is in memory or in the store.
struct OwedEvent {
    EventId id;
    std::string_view type;
    std::int64_t subject_id = 0;
    std::int64_t version = 0;
    std::shared_ptr<const std::string> body;
    Instant created_at;
    Instant now; // the delivery is owed from then on
};
OwedEvent owed_event(const domain::Event& event);

enum class Owe : std::uint8_t {
    by_schedule,  // as the endpoint's schedule and order say
    at_once,      // whatever they say
    behind_fresh, // without a schedule, and not before what this process has in memory
};
store::Step<TaskId> owe_delivery(store::Session& s, const Context& context, TenantId tenant,
                                 EndpointId endpoint, const domain::EndpointSettings& settings,
                                 const OwedEvent& event, Owe way);

} // namespace settled::units
