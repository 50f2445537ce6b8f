// What is known of institutions, for people at a terminal.
#pragma once

#include "wire/json.h"

#include <string>
#include <vector>

namespace settled::cli {

// One line for each profile, columns aligned; `profiles` are objects of GET /v1/institutions.
// Shares are in per cent with the 95 % interval.
std::string institution_table(const std::vector<wire::Json>& profiles);

// All that is known of one: the answer of GET /v1/institutions/{id}.
std::string institution_report(const wire::Json& institution);

} // namespace settled::cli
