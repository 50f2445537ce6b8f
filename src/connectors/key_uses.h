// Which keys and secrets a connector uses, by its settings alone: nothing is opened.
#pragma once

#include "base/clock.h"
#include "domain/connector.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::connectors {

struct KeyUse {
    // "signing_key", "bank_key", "api_token", "api_key", "webhook_secret", "webhook_password",
    // "client_secret", "signature_secret". Released names do not change.
    std::string_view use;
    std::string uri;         // where it is; empty: a public key, which is in the settings
    std::string fingerprint; // of a public key, SHA-256, hex; empty: not known by the settings
    // What its certificate says, else what was given; nullopt: no end is known.
    std::optional<Instant> expires_at;
};

std::vector<KeyUse> key_uses(std::string_view kind, const domain::ConnectorSettings& settings);

} // namespace settled::connectors
