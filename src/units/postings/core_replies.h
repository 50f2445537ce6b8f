// What a core banking system replies, passed to what the call is about: a posting, a booking or a link.
#pragma once

#include "domain/call.h"
#include "store/queries/calls.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

#include <optional>

namespace settled::units {

// `connector`: the core banking system's. Under the locks of locks_of_calls().
store::Step<> read_core_reply(store::Session& s, const UnitScope& work, const Bank& connector,
                              const store::CallRow& call, const domain::ReplyVerdict& verdict,
                              const std::optional<domain::CallReply>& reply);
// What the bank replied when it was asked about a booking. False: the call is about something else.
store::Step<bool> read_bank_about_booking(store::Session& s, const UnitScope& work,
                                          const store::CallRow& call,
                                          const domain::ReplyVerdict& verdict,
                                          const std::optional<domain::CallReply>& reply);

} // namespace settled::units
