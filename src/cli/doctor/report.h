// Findings on paper: a table with what to do below each trouble, or a page object.
#pragma once

#include "cli/doctor/finding.h"
#include "cli/look.h"

#include <string>
#include <vector>

namespace settled::cli::doctor {

std::string as_text(const std::vector<Finding>& findings, const Look& look);
// {"state","data":[{"check","state","subject","sentence","cause","command","docs"}],"next":null}
std::string as_json(const std::vector<Finding>& findings);

} // namespace settled::cli::doctor
