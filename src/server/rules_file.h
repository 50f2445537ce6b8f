// A rule set in a TOML file: the members that POST /v1/rules takes as JSON
// (payloads/rule_set_reader.h).
//
//   name = "strict"
//   parts_max = 3
//   [ranks]
//   "reference_part+account+amount" = "suggest"
//   [windows_hours]
//   faster_payments = 72
#pragma once

#include "base/error.h"
#include "match/rule_set.h"

#include <string>

namespace settled::server {

// io_failed, value_invalid with the line, and what read_rule_set() says.
Result<match::RuleSet> load_rules(const std::string& path);

} // namespace settled::server
