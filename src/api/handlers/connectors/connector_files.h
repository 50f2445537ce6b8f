// The files and secrets that a connector names are opened before it is stored, with the rights of
// the caller (custody/custody.h): the operator opens anything, a key of a tenant only what lies in
// the tenant's own directory of secrets.
//
// The operator is shown what is wrong. A tenant gets one and the same sentence, whether the name is
// not allowed, absent, unreadable or holds something else: no client learns over the network which
// files this machine has. The log has the reason.
#pragma once

#include "api/call.h"
#include "api/core.h"
#include "api/handlers/connectors/core_bank_patch.h"
#include "api/handlers/connectors/platform_patch.h"
#include "custody/key_facts.h"

#include <optional>
#include <string>

namespace settled::api {

struct ConnectorFiles {
    std::optional<std::string> signing_key; // URI
    std::optional<std::string> api_token;   // URI
    std::optional<std::string> signature;   // JSON, connectors/mapped/signature.h
    std::optional<std::string> push;        // JSON, connectors/pubsub/push.h
    CoreBankSecrets core_bank;
    PlatformFiles platform;

    bool any() const { return secrets() || platform.time_zone; }
    bool secrets() const {
        return signing_key || api_token || signature || push || core_bank.any() ||
               platform.client_secret;
    }
};

// Gives what the signing key is, if one is named. Fails with value_invalid, and for the operator also
// with what a place of keys says (hsm_*, custody_unsupported, key_unavailable); the detail begins
// with the member's name. Reads on the key desk's thread.
Task<Result<std::optional<custody::KeyFacts>>>
check_connector_files(const Core& core, const Call& call, ConnectorFiles files);

} // namespace settled::api
