// The account of an active link is closed at the bank: it is asked until its answer says whether it is.
//
// Twice does no harm: each call has an id of its own, unlike the tries of one. A refusal may be that of
// an account which an earlier try, whose reply was lost, has closed: the bank's list says.
//
// All that is here runs under Lock::calls of the bank's connector.
#pragma once

#include "domain/call.h"
#include "store/queries/calls.h"
#include "store/queries/money/links.h"
#include "store/session.h"
#include "store/step.h"
#include "units/calls/bank.h"
#include "units/matching/pairing.h"

#include <chrono>
#include <optional>

namespace settled::units {

// Makes the call, unless one waits.
store::Step<> ask_to_disable(store::Session& s, const UnitScope& work, const Bank& bank,
                             const store::LinkRow& link, std::chrono::microseconds wait);
// What came of a try of it.
store::Step<> read_disable(store::Session& s, const UnitScope& work, const Bank& bank,
                           const store::CallRow& call, store::LinkRow link,
                           const domain::ReplyVerdict& verdict);
// A page of the bank's list, read since the bank has refused. `reply`: nullopt when none could be read.
store::Step<> read_list_about_closing(store::Session& s, const UnitScope& work, const Bank& bank,
                                      const store::CallRow& call, store::LinkRow link,
                                      const std::optional<domain::CallReply>& reply);

} // namespace settled::units
