// One match, made again from what is stored of its payment and its settlement.
#pragma once

#include "match/rule_set.h"
#include "units/evidence/audit.h"

namespace settled::units {

// Every rule set that a match of the tenant may have been made under.
store::Step<std::vector<match::RuleSet>> known_rules(store::Session& s, TenantId tenant);

// Adds what is found to the page. In this order: settlement and payment are there; their canonical
// columns follow from the raw ones; the proofs in the evidence were made from them; the recorded
// rank is what the rules give; slots, end and amounts.
store::Step<> check_match(store::Session& s, const TenantKeys& keys, TenantId tenant, MatchId id,
                          const std::vector<match::RuleSet>& rules, AuditPage& page);

} // namespace settled::units
