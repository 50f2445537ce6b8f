// An account's day, both sides, for people.
#pragma once

#include "wire/json.h"

#include <string>

namespace settled::cli {

// `day` as GET /v1/reconciliation shows it (openapi.yaml). Pure.
std::string day_report(const wire::Json& day);

} // namespace settled::cli
