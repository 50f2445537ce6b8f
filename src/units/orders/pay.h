// Orders go to the bank: those of one account that wait together become one call, and what the bank
// says to the call is read order by order.
#pragma once

#include "domain/call.h"
#include "store/queries/calls.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

#include <optional>

namespace settled::units {

// Moves waiting orders into calls: for each account that has none under way which awaits its first
// reply, at most as many as one call carries. The call and its members never change afterwards.
// Under Lock::calls.
store::Step<> gather_orders(store::Session& s, const UnitScope& work, const Bank& bank);

// What came of a try of a paying call. `is_last`: no repeat follows. A refusal counts only if every
// earlier try had a readable reply.
store::Step<> read_payment(store::Session& s, const UnitScope& work, const Bank& bank,
                           const store::CallRow& call, const domain::ReplyVerdict& verdict,
                           const std::optional<domain::CallReply>& reply);

} // namespace settled::units
