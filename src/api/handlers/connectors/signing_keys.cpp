// GET /v1/signing-keys: every key and secret that the tenant's connectors use, where each is kept, and
// whether this node can use it.
#include "api/core.h"
#include "api/handlers/connectors/connector_view.h"
#include "api/handlers/handlers.h"
#include "connectors/clearmatch/settings.h"
#include "crypto/certificate.h"
#include "crypto/rsa.h"
#include "wire/json_writer.h"
#include "wire/time.h"

namespace settled::api {

namespace {

using store::ConnectorRow;
using Rows = std::vector<ConnectorRow>;
using wire::JsonWriter;

class KeyWriter {
  public:
    KeyWriter(JsonWriter& w, const ConnectorRow& row, bool is_operator)
        : w_(w), row_(row), is_operator_(is_operator) {}

    void signing_key(const std::string& uri, const std::optional<custody::KeyFacts>& open) {
        begin("signing_key", uri);
        open ? w_.member("fingerprint", open->fingerprint) : w_.key("fingerprint").null();
        open ? w_.member("algorithm", open->algorithm) : w_.key("algorithm").null();
        w_.member("available", open && !open->trouble);
        if (open && !open->weakness.empty())
            w_.member("weakness", open->weakness);
        if (open && open->trouble && is_operator_) // the network is not shown our devices
            w_.member("reason",
                      std::string(info(open->trouble->code).token) + ": " + open->trouble->detail);
        w_.end();
    }
    // The end that its certificate says, else the one that was given.
    void bank_key(const std::string& pem, const std::string& given_end) {
        begin("bank_key", "");
        const auto key = crypto::Verifier::from_pem(pem);
        w_.member("fingerprint", key ? (*key)->fingerprint() : "");
        const auto end = crypto::certificate_end(pem);
        expires_at(end ? wire::to_rfc3339(*end) : given_end);
        w_.end();
    }
    void secret(std::string_view use, const std::string& uri, const std::string& end = {}) {
        if (uri.empty())
            return;
        begin(use, uri);
        w_.key("fingerprint").null();
        expires_at(end);
        w_.end();
    }

  private:
    void expires_at(const std::string& end) {
        if (!end.empty())
            w_.member("expires_at", end);
    }
    void begin(std::string_view use, const std::string& uri) {
        w_.object().member("connector", row_.name).member("use", use);
        if (uri.empty()) { // it is public, and is in the store
            w_.key("uri").null().key("custody").null();
            return;
        }
        w_.member("uri", uri).member("custody", custody::custody_of(uri));
    }

    JsonWriter& w_;
    const ConnectorRow& row_;
    bool is_operator_;
};

void write_keys(JsonWriter& w, const ConnectorRow& row,
                const std::optional<custody::KeyFacts>& open, bool is_operator) {
    const domain::ConnectorSettings settings = settings_of(row);
    KeyWriter keys(w, row, is_operator);
    if (row.kind == domain::connector_clearbank) {
        keys.signing_key(settings.signing_key, open);
        for (const std::string& pem : settings.bank_keys)
            keys.bank_key(pem, settings.bank_key_expires);
        keys.secret("api_token", settings.api_token, settings.api_token_expires);
    } else if (row.kind == domain::connector_mambu) {
        keys.secret("api_key", settings.api_token, settings.api_token_expires);
    }
    keys.secret(settings.webhook_header.empty() ? "webhook_password" : "webhook_secret",
                settings.webhook_secret);
    if (row.kind != domain::connector_clearmatch)
        return;
    if (const auto platform = connectors::clearmatch::parse_platform_settings(settings.platform))
        keys.secret("client_secret", platform->client_secret);
}

} // namespace

Task<Result<Answer>> list_signing_keys(const Core& core, const Call& call) {
    const TenantId tenant = call.caller.tenant;
    const Result<Rows> rows = co_await core.store.read<Rows>(
        [tenant](store::Session& s) { return store::list_connectors(s, tenant); });
    if (!rows)
        co_return std::unexpected(rows.error());
    JsonWriter w;
    w.object().key("data").array();
    for (const ConnectorRow& row : *rows)
        write_keys(w, row, core.signing_key_of(tenant, row.id), call.request.trusted_peer);
    w.end().key("next").null().end(); // connectors are few: there is one page
    co_return Answer{200, std::move(w).text()};
}

} // namespace settled::api
