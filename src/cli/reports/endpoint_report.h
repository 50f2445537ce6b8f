// Endpoints and deliveries as tables and reports for a terminal. Each value is as the API shows it
// (openapi.yaml). Pure.
#pragma once

#include "wire/json.h"

#include <string>
#include <vector>

namespace settled::cli {

std::string endpoint_table(const std::vector<wire::Json>& endpoints);
std::string endpoint_report(const wire::Json& endpoint);
std::string portal_link_report(const wire::Json& link);
std::string delivery_table(const std::vector<wire::Json>& deliveries);
// With its attempts, where the value has them.
std::string delivery_report(const wire::Json& delivery);

} // namespace settled::cli
