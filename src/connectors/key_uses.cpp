#include "connectors/key_uses.h"

#include "connectors/clearmatch/settings.h"
#include "crypto/certificate.h"
#include "crypto/rsa.h"
#include "wire/json.h"
#include "wire/time.h"

namespace settled::connectors {

namespace {

using Uses = std::vector<KeyUse>;

std::optional<Instant> given_end(const std::string& text) {
    const auto end = wire::parse_rfc3339(text);
    return end ? std::optional(*end) : std::nullopt;
}

void add_secret(Uses& uses, std::string_view use, const std::string& uri,
                const std::string& end = {}) {
    if (!uri.empty())
        uses.push_back({use, uri, "", given_end(end)});
}

void add_bank_keys(Uses& uses, const domain::ConnectorSettings& settings) {
    for (const std::string& pem : settings.bank_keys) {
        const auto key = crypto::Verifier::from_pem(pem);
        const auto end = crypto::certificate_end(pem);
        uses.push_back({"bank_key", "", key ? (*key)->fingerprint() : "",
                        end ? end : given_end(settings.bank_key_expires)});
    }
}

// {"scheme":…,"secrets":["file:/…"]}
void add_signature(Uses& uses, const std::string& signature) {
    const auto document = wire::JsonDocument::parse(signature);
    const auto secrets = document ? document->root().member("secrets") : std::nullopt;
    for (std::size_t i = 0; secrets && secrets->is_array() && i < secrets->size(); ++i)
        add_secret(uses, "signature_secret", std::string(secrets->at(i).string().value_or("")));
}

} // namespace

Uses key_uses(std::string_view kind, const domain::ConnectorSettings& settings) {
    Uses uses;
    if (kind == domain::connector_clearbank) {
        add_secret(uses, "signing_key", settings.signing_key);
        add_bank_keys(uses, settings);
        add_secret(uses, "api_token", settings.api_token, settings.api_token_expires);
    } else if (kind == domain::connector_mambu) {
        add_secret(uses, "api_key", settings.api_token, settings.api_token_expires);
    } else if (kind == domain::connector_mapped) {
        add_signature(uses, settings.signature);
    }
    add_secret(uses, settings.webhook_header.empty() ? "webhook_password" : "webhook_secret",
               settings.webhook_secret);
    if (kind == domain::connector_clearmatch)
        if (const auto platform = clearmatch::parse_platform_settings(settings.platform))
            add_secret(uses, "client_secret", platform->client_secret);
    return uses;
}

} // namespace settled::connectors
