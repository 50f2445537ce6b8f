// An operator tests the API of a core banking system: whether it lets us in, and whether the
// transaction channels and custom fields that the settings name exist. Nothing is written there.
#pragma once

#include "domain/call.h"
#include "store/queries/calls.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

#include <optional>
#include <vector>

namespace settled::units {

// Commits the calls; what each finds is its reason once it is done: "" when all is there. Under
// Lock::calls of the connector.
store::Step<std::vector<CallId>> test_core_bank(store::Session& s, const UnitScope& work,
                                                const Bank& bank);

// The reply to one of them: writes what is missing into the call.
store::Step<> read_core_setup(store::Session& s, const Bank& bank, const store::CallRow& call,
                              const domain::ReplyVerdict& verdict,
                              const std::optional<domain::CallReply>& reply);

} // namespace settled::units
