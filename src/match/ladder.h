// The ladder: how strongly one payment and one settlement belong together. Pure.
//
// Vetoes, whatever else agrees: account different; UETRs, end-to-end ids or payers' accounts both
// present and different; payment created after the settlement settled (clock skew allowed); an
// amount that the rank does not allow. An amount that differs without an explanation leaves a
// suggestion, in another currency, too.
#pragma once

#include "match/compare.h"
#include "match/rank.h"
#include "match/rule_set.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace settled::match {

enum class Veto : std::uint8_t {
    account_differs,
    amount_differs,
    uetr_differs,
    end_to_end_id_differs,
    payer_differs,
    created_after_settlement,
    nothing_in_common,
};

std::string_view token(Veto veto); // the enumerator's name

// How one payment and one settlement relate.
struct Relation {
    std::optional<Rank> rank;
    std::optional<Veto> veto; // set exactly when rank is not
    // What the rank may do in this case: `suggest` for a pair outside its rail's window or with an
    // unexplained amount, whatever the rule set says of the rank.
    Policy policy = Policy::off;

    bool may_match() const { return policy == Policy::automatic || policy == Policy::watermark; }
};
Relation relate(const MatchFields& payment, const MatchFields& settlement,
                const RuleSet& rules = standard_rules());

// As relate(), with the comparison that the verdict was made from, for callers that compare
// further.
struct Compared {
    Relation relation;
    Comparison comparison;
};
Compared relate_in_full(const MatchFields& payment, const MatchFields& settlement,
                        const RuleSet& rules);

} // namespace settled::match
