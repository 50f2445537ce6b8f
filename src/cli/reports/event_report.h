// Events and webhooks as tables and reports for a terminal. Each value is as the API shows it (openapi.yaml). Pure.
#pragma once

#include "wire/json.h"

#include <string>
#include <vector>

namespace settled::cli {

std::string event_table(const std::vector<wire::Json>& events);
std::string event_report(const wire::Json& event);
std::string webhook_table(const std::vector<wire::Json>& webhooks);
std::string webhook_report(const wire::Json& webhook);

} // namespace settled::cli
