#include "server/tls_keeper.h"

#include "crypto/certificate.h"
#include "custody/file/secret_file.h"
#include "custody/schemes.h"
#include "observe/log.h"

#include <fmt/format.h>

namespace settled::server {

namespace {

constexpr std::string_view pkcs11_scheme = "pkcs11:";

std::unexpected<Error> about(const std::string& certificate, const std::string& key,
                             const Error& error) {
    return fail(error.code, fmt::format("{}, {}: {}", certificate, key, error.detail));
}

Result<std::string> read_certificate(const std::string& path) {
    TRY(const Secret text, custody::read_key_file(path, path, custody::FileIs::open));
    return std::string(text.reveal()) + "\n"; // it is public
}

Result<net::TlsContext> make_tls(const std::string& chain, const Secret& key,
                                 const std::string& certificate_path, const std::string& key_uri) {
    auto made = net::make_server_tls(chain, key);
    if (!made)
        return about(certificate_path, key_uri, made.error());
    return made;
}

} // namespace

Result<net::TlsContext> read_server_tls(const Config& config) {
    const std::string uri = custody::secret_uri(config.tls_key);
    TRY(const std::string chain, read_certificate(config.tls_certificate));
    TRY(const Secret key, custody::read_secret(uri));
    return make_tls(chain, key, config.tls_certificate, uri);
}

TlsKeeper::TlsKeeper(const Config& config)
    : certificate_(config.tls_certificate), key_(custody::secret_uri(config.tls_key)) {}

Result<std::unique_ptr<TlsKeeper>> TlsKeeper::open(const Config& config) {
    std::unique_ptr<TlsKeeper> keeper(new TlsKeeper(config));
    TRY(const Texts texts, keeper->read());
    TRY(auto context, make_tls(texts.certificate, texts.key, keeper->certificate_, keeper->key_));
    keeper->take(texts, std::move(context));
    return keeper;
}

// A token is asked only for the key of a certificate that it was not asked for yet.
Result<Secret> TlsKeeper::read_key(const std::string& certificate) {
    if (!key_.starts_with(pkcs11_scheme)) {
        const auto custody = custody::Custody::of_operator().with(memory_);
        memory_.begin();
        return custody.read_secret(key_);
    }
    if (read_with_ != certificate) {
        TRY(key_in_token_, custody::read_secret(key_));
        read_with_ = certificate;
    }
    return key_in_token_.copy();
}

Result<TlsKeeper::Texts> TlsKeeper::read() {
    Texts texts;
    TRY(texts.certificate, read_certificate(certificate_));
    TRY(texts.key, read_key(texts.certificate));
    if (memory_.trouble())
        return std::unexpected(*memory_.trouble());
    texts.digests = {crypto::sha256(texts.certificate),
                     crypto::sha256(texts.key.reveal())}; // to know it again, in memory alone
    return texts;
}

void TlsKeeper::take(const Texts& texts, net::TlsContext context) {
    if (tls_)
        tls_->replace(std::move(context));
    else
        tls_ = std::make_shared<net::ServerTls>(std::move(context));
    in_use_ = texts.digests;
    const std::lock_guard lock(mutex_);
    state_ = {crypto::certificate_fingerprint(texts.certificate),
              crypto::certificate_end(texts.certificate), true};
}

void TlsKeeper::refuse(const Error& why, Clock::Steady now) {
    log::lasting("tls.kept", why, {{"certificate", certificate_}});
    const std::lock_guard lock(mutex_);
    if (state_.is_usable)
        state_.kept_since = now;
    state_.is_usable = false;
}

void TlsKeeper::look(Clock::Steady now) {
    const auto texts = read();
    if (!texts)
        return refuse(texts.error(), now);
    const bool is_another = in_use_ != texts->digests;
    if (!is_another && state().is_usable)
        return;
    auto context = make_tls(texts->certificate, texts->key, certificate_, key_);
    if (!context)
        return refuse(context.error(), now);
    take(*texts, *std::move(context));
    log::info(is_another ? "tls.replaced" : "tls.usable", {{"fingerprint", state().fingerprint}});
}

TlsKeeper::State TlsKeeper::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

} // namespace settled::server
