// The payment that comes nearest to a settlement which stays unmatched, among those that the matching has compared it
// with: for settlement.unmatched. Pure.
#pragma once

#include "domain/payment.h"
#include "domain/settlement.h"
#include "match/rule_set.h"
#include "units/matching/judge.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::units {

// The one that most speaks for; nullopt: nothing speaks for any of them.
std::optional<domain::Payment> nearest_of(const domain::Settlement& settlement,
                                          const std::vector<domain::Payment>& compared,
                                          const match::RuleSet& rules);

// {"payment_id","client_id","verdict","veto","differs"}, as candidates are shown; "": there is none. `verdict`: of a search
// with Reach::loose that has matched nothing.
std::string nearest_text(const domain::Settlement& settlement, const Verdict& verdict,
                         const match::RuleSet& rules);

} // namespace settled::units
