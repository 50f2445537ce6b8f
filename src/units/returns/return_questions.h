// A return that the bank has taken, or holds, and of which no webhook says what became: the bank is
// asked for transactions with the end-to-end id of the payment that goes back, after the wait of
// submitted orders and as often, until the return is over; ever less often once a person is asked.
//
// The bank's list does not say which debit is a return. A debit of that id and amount is one where no
// other money that came has both (units/catch_up/learnt.h); that the list shows none proves nothing.
// After a day without any sign, in which the bank was asked, a person is asked too; also about a return
// whose payment has no end-to-end id.
#pragma once

#include "store/queries/calls.h"
#include "store/queries/money/returns.h"
#include "store/queries/tasks.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

#include <optional>

namespace settled::units {

// Sets the timer of a return that is submitted or held, unless it is set. Under Lock::calls.
store::Step<> watch_return(store::Session& s, const UnitScope& work, const store::ReturnRow& row);
// The timer is due.
store::Step<> ask_about_return(store::Session& s, const Context& context, store::TaskRow task,
                               Instant now);
// What a question was answered; `reply`: nullopt when none could be read. False: it is about something
// else. Under Lock::calls.
store::Step<bool> read_return_query(store::Session& s, const UnitScope& work, const Bank& bank,
                                    const store::CallRow& call,
                                    const std::optional<domain::CallReply>& reply);
// Sets the timers of the connector's returns, of which an earlier version has set none.
store::Step<> watch_open_returns(store::Session& s, const UnitScope& work, ConnectorId connector);

} // namespace settled::units
