// Sources of a catch-up that go through what is open here.
//
// After a restore nothing that was under way is sent again from here: a call that was begun leaves its
// orders in doubt, one that was not gives them back, to be looked up before they are sent. Then the
// bank is asked about every order without a final state.
#pragma once

#include "units/catch_up/sources.h"

namespace settled::units {

using CatchUpStepFn = store::Step<SourceStep>(store::Session& s, const UnitScope& work,
                                              const Bank& bank, store::CatchUpRow& row,
                                              const CatchUpSource& source);
// After a restore only.
CatchUpStepFn stop_calls_under_way;
CatchUpStepFn doubt_what_is_open;
CatchUpStepFn doubt_open_returns;
// Always.
CatchUpStepFn ask_about_open_orders;

} // namespace settled::units
