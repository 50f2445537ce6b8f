// The bank is asked what became of an order that is in doubt: by its transactions with the order's
// end-to-end id, some time from now, and again, until it says so or a person is asked.
//
// An empty answer proves nothing: the bank's list lags, and refused instructions are never in it.
#pragma once

#include "domain/call.h"
#include "domain/order.h"
#include "store/queries/calls.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

#include <optional>

namespace settled::units {

// Makes the next query of an order, unless one waits. Under Lock::calls.
store::Step<> ask_bank(store::Session& s, const UnitScope& work, const Bank& bank,
                       const domain::Order& order);
// At once: a person wants to know.
store::Step<> ask_bank_now(store::Session& s, const UnitScope& work, const Bank& bank,
                           const domain::Order& order);

// What a query was answered. `reply`: nullopt when none could be read and no try is left.
store::Step<> read_query(store::Session& s, const UnitScope& work, const Bank& bank,
                         const store::CallRow& call, const std::optional<domain::CallReply>& reply);

} // namespace settled::units
