// A call is made: its bytes and its id are committed with the state that it belongs to. The worker
// that sends it comes later.
#pragma once

#include "domain/call.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"

#include <string>

namespace settled::units {

struct NewCall {
    ConnectorId connector;
    domain::CallRequest request;
    std::string request_id;
    std::int64_t subject = 0;     // order, link or return; 0: it has members
    std::string account_key = {}; // of a paying call
    Instant due_at;
};

// The worker that sends calls looks for work as soon as this unit is committed.
void wake_caller(store::Session& s, TenantId tenant);

// nullopt: a call with that request id was made before.
store::Step<std::optional<CallId>> make_call(store::Session& s, const UnitScope& work,
                                             const NewCall& call);

} // namespace settled::units
