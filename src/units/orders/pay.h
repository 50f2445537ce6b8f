// Orders go to the bank: those of one account that wait together become one call, and what the bank
// says to the call is read order by order.
#pragma once

#include "domain/call.h"
#include "store/queries/calls.h"
#include "store/queries/money/orders.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

#include <optional>

namespace settled::units {

// Moves waiting orders into calls: for each account that has none under way which awaits its first
// reply, at most as many as one call carries; CHAPS orders, each into a call of its own, while CHAPS
// is open. The call and its members never change afterwards.
// Under Lock::calls.
store::Step<> gather_orders(store::Session& s, const UnitScope& work, const Bank& bank,
                            store::WaitingOrders which);

// True: the call is a CHAPS payment or return that was never sent, and CHAPS is closed: it is put off
// until the next opening. A repeat of a call that was sent inside the hours goes at any time.
store::Step<bool> wait_for_hours(store::Session& s, const UnitScope& work, store::CallRow& call);

// What came of a try of a paying call. `is_last`: no repeat follows. A refusal counts only if every
// earlier try had a readable reply.
store::Step<> read_payment(store::Session& s, const UnitScope& work, const Bank& bank,
                           const store::CallRow& call, const domain::ReplyVerdict& verdict,
                           const std::optional<domain::CallReply>& reply);

} // namespace settled::units
