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
inline constexpr std::string_view connector_mambu = "mambu";
inline constexpr std::string_view connector_clearmatch = "clearmatch";

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
    // clearmatch: content is fetched below api_url
    std::string platform = {}; // a JSON object (connectors/clearmatch/settings.h)
    // mambu: its API is called under api_url and api_token, by HTTP basic authentication with
    // `api_username`, else as an API key
    std::string api_username = {};
    std::string core_bank = {}; // a JSON object (connectors/mambu/settings.h)
    // Webhooks that carry a secret in the header of that name, or HTTP basic authentication: of the
    // two, one is used.
    std::string webhook_header = {};
    std::string webhook_username = {};
    std::string webhook_secret = {}; // URI of the header's secret, or of the password
    // clearbank, when calls are made to it: nothing of it is there when it only sends webhooks
    std::string api_url = {};             // "https://institution-api-sim.clearbank.co.uk"
    std::string api_token = {};           // URI of the token
    std::string institution_account = {}; // the bank's id of the tenant's real account
    std::string debtor_name = {};
    std::string debtor_address = {};
    std::int64_t order_max_minor = 0;    // of one order; 0: the scheme's limit alone
    std::int64_t day_max_minor = 0;      // of all orders within 24 hours; 0: no limit
    bool enforce_send_to_scheme = false; // no internal transfers
    bool transliterate = false;          // letters that the scheme does not know are replaced
    bool review_unexplained = false;     // a debit that nothing explains opens a review
    // Who may send its webhooks: blocks of addresses, or the word of a bank whose blocks are known
    // (connectors/source_blocks.h); none: any.
    std::vector<std::string> allow_ips = {};
    // When a key of the bank, and our token for its API, end, where that is known: RFC 3339, or empty.
    std::string bank_key_expires = {};
    std::string api_token_expires = {};
    // all
    std::int64_t expect_every_seconds = 0; // a webhook comes at least that often; 0: or not
    int retention_days = limits::retention_days_default;
};

// Whether calls can be made to it.
inline bool makes_calls(const ConnectorSettings& settings) {
    return !settings.api_url.empty();
}

std::string to_json(const ConnectorSettings& settings);
Result<ConnectorSettings> parse_connector_settings(std::string_view json);

} // namespace settled::domain
