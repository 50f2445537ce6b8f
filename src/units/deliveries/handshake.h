// CloudEvents' HTTP webhook 1.0, section 4: before the first delivery to a URL the partner is asked
// whether it wants them, and how fast. Until it says yes, all that it is owed waits.
#pragma once

#include "store/queries/endpoint_states.h"
#include "store/session.h"
#include "store/step.h"

#include <chrono>
#include <memory>
#include <string>

namespace settled::units {

// What came of asking.
enum class Consent : std::uint8_t {
    granted,
    refused, // an answer without consent
    unheard, // no answer
};

struct Asked {
    TenantId tenant;
    EndpointId endpoint;
    std::string url; // that was asked
    Consent consent = Consent::unheard;
    std::int64_t rate_per_minute = 0; // granted; 0: no limit
    Instant now;
    std::chrono::microseconds wait{0}; // until it is asked again
};

// Whether this worker is to ask now. If so, no other does before `until`.
store::Step<bool> take_handshake(store::Session& s, TenantId tenant, EndpointId endpoint,
                                 std::string url, Instant now, Instant until);
store::Step<> record_handshake(store::Session& s, std::shared_ptr<const Asked> asked);

} // namespace settled::units
