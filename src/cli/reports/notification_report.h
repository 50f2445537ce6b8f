// Notifications of platforms as a table and a report for a terminal. Each value is as the API shows
// it (openapi.yaml). Pure.
#pragma once

#include "wire/json.h"

#include <string>
#include <vector>

namespace settled::cli {

std::string notification_table(const std::vector<wire::Json>& notifications);
std::string notification_report(const wire::Json& notification);

} // namespace settled::cli
