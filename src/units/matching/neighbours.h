// Settlements that wait near a payment that has come or gone, and how many of them one fact decides.
//
// A payer may have sixty settlements open, and a shop sixty of one price. The unit of one fact
// judges the few that the payment fits best, so what an id decides is decided at once. The others
// are decided within look_again_lag: each in a unit of its own, and once for all facts that come
// until then. So the work of one fact is bounded, and a crowd costs by the time that passes, not by
// the facts that come.
//
// A settlement that is left for later waits; nothing wrong can follow. A match is made only by a
// unit that has compared everything near the settlement and the payment (judge.h), whether it is
// decided or not.
#pragma once

#include "domain/settlement.h"
#include "match/match_fields.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace settled::units {

// So many settlements are judged in the unit of one fact, or decided each on its own account after
// it. Each costs a tenth of a millisecond or two of the only writer.
inline constexpr std::size_t judged_at_once_max = 8;
// More are a crowd, of which so many are judged in that unit: each is compared with as many payments
// as a crowd has, which costs the only writer more than a millisecond.
inline constexpr std::size_t judged_of_a_crowd = 2;
// By this much later all others are decided, and what a review suggests is up to date.
inline constexpr auto look_again_lag = std::chrono::seconds(5);

enum class PaymentChange : std::uint8_t { opened, closed };

// Settlements that wait and could be of one of the payments, which are of one account and amount.
// Of more than judged_at_once_max, those that fit best come first. Called under add_settling_locks().
store::Step<std::vector<domain::Settlement>>
open_near(store::Session& s, const UnitScope& work,
          const std::vector<match::MatchFields>& payments);

// The settlement is decided within look_again_lag, unless that is owed already. `settlement` was
// read under a lock that its decision takes as well (watermark.h): then what is owed has not begun.
store::Step<> decide_soon(store::Session& s, const UnitScope& work,
                          const domain::Settlement& settlement);
// The same where nothing but what a review suggests can be different now.
store::Step<> update_suggestions_soon(store::Session& s, const UnitScope& work,
                                      const domain::Settlement& settlement);

// Settlements of whatever amount that share an identifier with one of the payments are decided. A
// payment that has come may have them as parts, or be a part of them; when it goes, those gain that
// stood between it and another one.
store::Step<> decide_neighbours(store::Session& s, const UnitScope& work,
                                const std::vector<match::MatchFields>& payments, PaymentChange has);

} // namespace settled::units
