// settlement.unmatched of money that waited and found no payment.
#pragma once

#include "domain/event.h"

#include <string_view>

namespace settled::domain {

// `nearest`: the payment that comes nearest of those that the matching has compared it with, as JSON; empty: none.
Event unmatched_event_near(EventId id, const Settlement& settlement, std::string_view nearest,
                           Instant now);

} // namespace settled::domain
