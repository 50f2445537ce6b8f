// The bank is asked what became of an order that is in doubt: by its transactions with the order's
// end-to-end id, some time from now, and again, until it says so or a person is asked.
//
// An empty answer proves nothing: the bank's list lags, and refused instructions are never in it.
//
// Where the store was put back to an older state (units/calls/hold.h), an order that was never sent
// from here is looked up before its first try: what the bank shows is the order's own payment, which
// this store has forgotten, or is for a person. A question that fails keeps the order waiting.
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
// The same of one that the bank holds, as often as of a submitted one: its webhook may not come.
store::Step<> ask_about_held(store::Session& s, const UnitScope& work, const Bank& bank,
                             const domain::Order& order);
// At once: a person wants to know.
store::Step<> ask_bank_now(store::Session& s, const UnitScope& work, const Bank& bank,
                           const domain::Order& order);

// The same, unless a question waits to be asked.
store::Step<> ask_bank_soon(store::Session& s, const UnitScope& work, const Bank& bank,
                            const domain::Order& order);
// Where the store was put back to an older state: asks about an order that looks as if it was never sent.
store::Step<> look_up(store::Session& s, const UnitScope& work, const Bank& bank,
                      domain::Order order, Instant newest_at);
// The same of those that wait for their first try and were not asked about, some at a time.
store::Step<> look_up_waiting(store::Session& s, const UnitScope& work, const Bank& bank,
                              Instant newest_at);
// Asks about submitted orders whose webhook has not come for long, some at a time.
store::Step<> ask_about_silent(store::Session& s, const UnitScope& work, const Bank& bank);

// What a query was answered. `reply`: nullopt when none could be read and no try is left.
store::Step<> read_query(store::Session& s, const UnitScope& work, const Bank& bank,
                         const store::CallRow& call, const std::optional<domain::CallReply>& reply);

} // namespace settled::units
