// A question of the server's start, asked anew: which accounts the bank has, which bookings of the core
// banking system no webhook has reported. Nothing else asks it before the next start, so it is
// asked until an answer can be read.
#pragma once

#include "store/queries/calls.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"

#include <string_view>

namespace settled::units {

// Makes the call once more, under an id of its own: after `probe_every` of the settings where no reply
// came, and after an hour where the reply could not be read. A question that the other side refuses is
// not asked again: settings are wrong there, which `settled doctor --connect` names. `call` is over,
// changes nothing there and has no subject; `connector` is the name of its connector. However many put
// off one question, it is asked once in that time.
store::Step<> ask_again(store::Session& s, const UnitScope& work, std::string_view connector,
                        const store::CallRow& call);

} // namespace settled::units
