// Rule sets as JSON: what POST /v1/rules takes, the store keeps and a replay reads.
//
//   {"name":"strict","ranks":{"reference_part+account+amount":"suggest"},
//    "windows_hours":{"faster_payments":72},"overdue_hours":{"bacs":144},"parts_max":3}
//
// What is not named is as in the standard set. Errors: those of Reader; value_invalid for a rank, a
// policy or a rail that is none, and for a rank that may not do that without a person.
#pragma once

#include "base/error.h"
#include "match/rule_set.h"
#include "payloads/reader.h"

#include <string>

namespace settled::payloads {

// The members of a rule set, from an object that may have others: the caller finishes it.
match::RuleSet read_rule_set(Reader& in);
Result<match::RuleSet> read_rule_set_text(std::string_view json);

std::string to_json(const match::RuleSet& rules);

} // namespace settled::payloads
