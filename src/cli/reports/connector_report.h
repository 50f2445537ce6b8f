// Connectors as tables and reports for a terminal, and what is entered in the bank's portal. Each
// value is as the API shows it (openapi.yaml, Connector). Pure.
#pragma once

#include "wire/json.h"

#include <string>
#include <vector>

namespace settled::cli {

std::string connector_table(const std::vector<wire::Json>& connectors);
std::string connector_report(const wire::Json& connector);
// After it was added.
std::string added_connector(const wire::Json& connector);

// `url`: where the bank sends its webhooks.
std::string portal_text(const wire::Json& connector, const std::string& url);
std::string portal_json(const wire::Json& connector, const std::string& url);

// What is entered in a core banking system, so that it sends its webhooks to `url`.
std::string template_text(const wire::Json& connector, const std::string& url);
std::string template_json(const wire::Json& connector, const std::string& url);

} // namespace settled::cli
