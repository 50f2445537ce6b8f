#include "intake/dialect.h"

#include "connectors/clearbank/signature.h"
#include "connectors/clearbank/webhook.h"
#include "connectors/mambu/webhook.h"
#include "connectors/mapped/mapping.h"
#include "connectors/mapped/signature.h"
#include "intake/platform_dialect.h"
#include "intake/push_dialect.h"

#include <vector>

namespace settled::intake {

namespace {

// ClearBank signs with RSA in a header and wants its nonce back, signed by us in the same way.
class Clearbank final : public Dialect {
  public:
    static Result<std::unique_ptr<const Dialect>> open(const domain::ConnectorSettings& settings,
                                                       const custody::Custody& custody) {
        auto it = std::make_unique<Clearbank>();
        for (const std::string& pem : settings.bank_keys) {
            TRY(auto key, crypto::Verifier::from_pem(pem));
            it->fingerprints_.push_back(key->fingerprint());
            it->bank_keys_.push_back(std::move(key));
        }
        TRY(it->signer_, custody.open_signer(settings.signing_key));
        return it;
    }

    Result<std::string_view> prove(const net::Request& request, Instant) const override {
        TRY(const std::size_t key,
            connectors::clearbank::check_signature(
                bank_keys_, request.fields.find(signature_header()), request.body));
        return fingerprints_[key];
    }

    Result<domain::InboundWebhook> read(std::string_view body) const override {
        return connectors::clearbank::read_webhook(body);
    }
    std::string answer(const domain::InboundWebhook& webhook) const override {
        return connectors::clearbank::answer_body(webhook.nonce);
    }
    std::shared_ptr<crypto::Signer> signer() const override { return signer_; }
    std::string_view signature_header() const override {
        return connectors::clearbank::signature_header;
    }

  private:
    std::vector<std::shared_ptr<const crypto::Verifier>> bank_keys_; // any of them may have signed
    std::vector<std::string> fingerprints_;                          // of each
    std::shared_ptr<crypto::Signer> signer_;
};

// A core banking system: a secret in a header, thin webhooks by our own template.
class Mambu final : public Dialect {
  public:
    explicit Mambu(connectors::mambu::WebhookProof proof) : proof_(std::move(proof)) {}

    static Result<std::unique_ptr<const Dialect>> open(const domain::ConnectorSettings& settings,
                                                       const custody::Custody& custody) {
        TRY(auto proof, connectors::mambu::WebhookProof::open(settings, custody.opener()));
        return std::make_unique<const Mambu>(std::move(proof));
    }

    Result<std::string_view> prove(const net::Request& request, Instant) const override {
        TRY_VOID(proof_.check([&](std::string_view name) { return request.fields.find(name); }));
        return std::string_view();
    }
    Result<domain::InboundWebhook> read(std::string_view body) const override {
        return connectors::mambu::read_webhook(body);
    }
    std::string answer(const domain::InboundWebhook&) const override { return "{}"; }

  private:
    connectors::mambu::WebhookProof proof_;
};

// A provider whose webhooks are described, not coded.
class Mapped final : public Dialect {
  public:
    Mapped(std::unique_ptr<const connectors::mapped::Signature> signature,
           connectors::mapped::Mapping mapping)
        : signature_(std::move(signature)), mapping_(std::move(mapping)) {}

    static Result<std::unique_ptr<const Dialect>> open(const domain::ConnectorSettings& settings,
                                                       const custody::Custody& custody) {
        TRY(const auto signature, wire::JsonDocument::parse(settings.signature));
        TRY(const auto mapping, wire::JsonDocument::parse(settings.mapping));
        TRY(auto proof, connectors::mapped::open_signature(signature.root(), custody.opener()));
        TRY(auto reading, connectors::mapped::Mapping::parse(mapping.root()));
        return std::make_unique<const Mapped>(std::move(proof), std::move(reading));
    }

    Result<std::string_view> prove(const net::Request& request, Instant now) const override {
        const auto header = [&](std::string_view name) { return request.fields.find(name); };
        TRY_VOID(signature_->check(header, request.body, now));
        return std::string_view();
    }
    Result<std::vector<std::string>> events(std::string body) const override {
        return mapping_.events(body);
    }
    Result<domain::InboundWebhook> read(std::string_view body) const override {
        return mapping_.read_webhook(body);
    }
    std::string answer(const domain::InboundWebhook&) const override { return "{}"; }

  private:
    std::unique_ptr<const connectors::mapped::Signature> signature_;
    connectors::mapped::Mapping mapping_;
};

} // namespace

Result<std::unique_ptr<const Dialect>> open_dialect(std::string_view kind,
                                                    const domain::ConnectorSettings& settings,
                                                    const custody::Custody& custody) {
    if (kind == domain::connector_clearbank)
        return Clearbank::open(settings, custody);
    if (kind == domain::connector_mambu)
        return Mambu::open(settings, custody);
    if (kind == domain::connector_mapped)
        return Mapped::open(settings, custody);
    if (kind == domain::connector_pubsub_push)
        return PushDialect::open(settings, custody);
    if (kind == domain::connector_clearmatch)
        return PlatformDialect::open(settings, custody);
    return fail(Code::value_invalid, "there is no such kind of connector");
}

} // namespace settled::intake
