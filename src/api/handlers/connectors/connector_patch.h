// What POST and PATCH of a connector ask for, read and checked; what is absent stays as it is.
//
// A kind takes what it needs and refuses the rest. A clearbank connector may have an API that is
// called: then it has api_url, api_token and institution_account, and the settings of payments. A
// mambu connector has api_url, api_key and the members of core_bank_patch.h.
#pragma once

#include "api/handlers/connectors/connector_files.h"
#include "api/handlers/connectors/core_bank_patch.h"
#include "api/handlers/connectors/platform_patch.h"
#include "custody/key_facts.h"
#include "domain/connector.h"
#include "net/client/egress.h"
#include "wire/json.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::api {

// Of calls to the connector's API.
struct CallPatch {
    std::optional<std::string> api_url;
    std::optional<std::string> institution_account;
    std::optional<std::string> debtor_name;
    std::optional<std::string> debtor_address;
    std::optional<std::int64_t> order_max_minor;
    std::optional<std::int64_t> day_max_minor;
    std::optional<bool> enforce_send_to_scheme;
    std::optional<bool> transliterate;
    std::optional<bool> review_unexplained;

    // What only a bank has.
    bool of_payments() const {
        return institution_account || debtor_name || debtor_address || order_max_minor ||
               day_max_minor || enforce_send_to_scheme || transliterate || review_unexplained;
    }
    bool any() const { return api_url || of_payments(); }
};

struct ConnectorPatch {
    bool is_operators = false; // else a tenant's
    std::string name;
    std::string kind;
    std::optional<std::vector<std::string>> bank_keys; // the whole list
    std::vector<std::string> add_bank_keys;            // PEM
    std::vector<std::string> remove_bank_keys;         // fingerprints, or beginnings of them
    std::optional<std::vector<std::string>> allow_ips;
    std::optional<std::string> bank_key_expires;  // RFC 3339; empty: it is not known any more
    std::optional<std::string> api_token_expires; // the same
    ConnectorFiles files;
    std::optional<custody::KeyFacts> signing_key; // of the one that `files` names, once it is open
    std::optional<std::string> mapping;
    CallPatch calls;
    CoreBankPatch core_bank;
    PlatformPatch platform;
    std::optional<std::int64_t> retention_days;
    std::optional<std::int64_t> expect_every_seconds;

    bool changes_bank_keys() const {
        return bank_keys || !add_bank_keys.empty() || !remove_bank_keys.empty();
    }
};

// Errors beyond those of Reader: url_invalid, address_forbidden, amount_invalid,
// characters_not_allowed.
Result<ConnectorPatch> read_new_connector(const wire::Json& root, const net::EgressPolicy& egress);
Result<ConnectorPatch> read_connector_patch(const wire::Json& root,
                                            const net::EgressPolicy& egress);

// The settings with the patch. Fails with value_invalid: the kind has no such member, a part of the
// API is missing, or no bank key would be left; and with not_found: there is no bank key of such a
// fingerprint.
Result<domain::ConnectorSettings> patched(domain::ConnectorSettings settings, std::string_view kind,
                                          const ConnectorPatch& patch);

// Whether both call the same institution's account at the same address.
bool is_same_institution(const domain::ConnectorSettings& a, const domain::ConnectorSettings& b);

} // namespace settled::api
