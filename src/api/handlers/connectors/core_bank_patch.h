// The part of a connector's POST and PATCH that is for a core banking system: who we are there, how
// its webhooks are proved, and the names of its channels and custom fields.
#pragma once

#include "domain/connector.h"
#include "payloads/reader.h"

#include <optional>
#include <string>

namespace settled::api {

struct CoreBankPatch {
    std::optional<std::string> api_username;
    std::optional<std::string> webhook_header;
    std::optional<std::string> webhook_username;
    std::optional<std::string> settings; // JSON, connectors/mambu/settings.h

    bool any() const { return api_username || webhook_header || webhook_username || settings; }
};

// URIs of secrets, which are opened before anything is stored (connector_files.h).
struct CoreBankSecrets {
    std::optional<std::string> api_key;
    std::optional<std::string> webhook_secret; // of the header, or the password
    bool is_password = false;

    bool any() const { return api_key || webhook_secret; }
};

// api_key, api_username, webhook_secret {"header","secret"}, webhook_username, webhook_password,
// settings.
CoreBankPatch read_core_bank(payloads::Reader& in, CoreBankSecrets& secrets);
// What a new connector of the kind needs in addition to the API's address.
void need_core_bank(payloads::Reader& in, const CoreBankPatch& given,
                    const CoreBankSecrets& secrets);
void apply(domain::ConnectorSettings& settings, const CoreBankPatch& patch,
           const CoreBankSecrets& secrets);

} // namespace settled::api
