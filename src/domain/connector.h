// A connector: a configured sender of webhooks.
#pragma once

#include "base/error.h"
#include "base/id.h"
#include "base/limits.h"

#include <string>
#include <string_view>
#include <vector>

namespace settled::domain {

inline constexpr std::string_view connector_clearbank = "clearbank";
inline constexpr std::string_view connector_mapped = "mapped";
inline constexpr std::string_view connector_pubsub_push = "pubsub_push";

// Lower-case letters, digits, '-' and '_', 1 to 63 of them: it is a part of the URL.
bool is_connector_name(std::string_view name);

// Stored as JSON with the connector. It holds no secret: public keys, and where secrets and our
// private key are. A kind uses its own members and leaves the others empty.
struct ConnectorSettings {
    // clearbank
    std::vector<std::string> bank_keys = {}; // PEM; all are valid at once
    std::string signing_key = {}; // URI of our private key: "file:/etc/settled/signing.pem"
    // mapped: JSON objects (connectors/mapped/signature.h, connectors/mapped/mapping.h)
    std::string signature = {};
    std::string mapping = {};
    // pubsub_push: a JSON object (connectors/pubsub/push.h)
    std::string push = {};
    // A key of the tenant, not the operator, named the files above: they are looked for in the
    // tenant's own directory of secrets, and nowhere else.
    bool files_are_tenants = false;
    // all
    int retention_days = limits::retention_days_default;
};

std::string to_json(const ConnectorSettings& settings);
Result<ConnectorSettings> parse_connector_settings(std::string_view json);

} // namespace settled::domain
