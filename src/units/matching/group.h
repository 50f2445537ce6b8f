// Matches of more than one to one: twins closed as a set, payments that came in parts, payments
// that came together. Nothing is done unless exactly one way fits, seen from both sides.
//
// Called under the locks of a settlement that is decided at its watermark (watermark.h).
#pragma once

#include "units/matching/candidates.h"
#include "units/matching/pairing.h"

#include <optional>
#include <vector>

namespace settled::units {

struct GroupPart {
    domain::Settlement settlement;
    domain::Payment payment;
    Money amount; // of that settlement for that payment
};
struct GroupPlan {
    domain::Pairing pairing = domain::Pairing::set;
    match::Rank rank{}; // the weakest that holds between its members, amounts aside
    std::vector<GroupPart> parts;
};

// The one group that the settlement belongs to, as things stand; nullopt when there is none, or
// more than one would fit, or a member has not reached its watermark.
store::Step<std::optional<GroupPlan>> plan_group(store::Session& s, const UnitScope& work,
                                                 const domain::Settlement& settlement);

// A unit that changes a member of the plan waits for these. At most as many as a rule set allows
// parts.
store::Locks locks_of(const Context& context, TenantId tenant, const GroupPlan& plan);

store::Step<> carry_out(store::Session& s, const UnitScope& work, const GroupPlan& plan);

} // namespace settled::units
