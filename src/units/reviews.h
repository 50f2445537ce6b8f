// Reviews of a kind that a subject (an order, a return, a link, a payment, a webhook) has once at
// most: opened when a person must decide, closed by the fact that decides instead.
#pragma once

#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace settled::units {

// Nothing happens where one of that kind is open. `detail`: JSON, the evidence.
store::Step<> open_review_once(store::Session& s, const UnitScope& work, std::string_view kind,
                               std::int64_t subject, std::string detail);
// Nothing happens where none is open.
store::Step<> close_open_review_of(store::Session& s, const UnitScope& work, std::string_view kind,
                                   std::int64_t subject);

} // namespace settled::units
