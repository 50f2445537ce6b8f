// What becomes of a return: one fact after the other, by the table of orders (domain/order.h), since a
// return is a payment that we ask for. A change is written with its event and its review.
//
// All that is here runs under Lock::calls of the return's connector.
#pragma once

#include "domain/order.h"
#include "store/queries/money/returns.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"

#include <string>
#include <string_view>

namespace settled::units {

struct ReturnNews {
    domain::OrderFact fact{};
    std::string code = {};
    std::string detail = {};
};
// One that the bank has taken or holds is asked about (return_questions.h).
store::Step<> apply_return_news(store::Session& s, const UnitScope& work, store::ReturnRow row,
                                ReturnNews news);
// Opens a review of it, unless one of that kind is open. `says`: what is open about it, for people.
store::Step<> review_return(store::Session& s, const UnitScope& work, const store::ReturnRow& row,
                            std::string_view kind, std::string_view says = "");

} // namespace settled::units
