#include "net/client/client_tls.h"

#include "net/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <atomic>
#include <vector>

namespace settled::net {

namespace {

template <auto free_function>
struct FreeWith {
    template <class T>
    void operator()(T* object) const {
        free_function(object);
    }
};
using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using CertificatePtr = std::unique_ptr<X509, FreeWith<X509_free>>;
using PkeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using StorePtr = std::unique_ptr<X509_STORE, FreeWith<X509_STORE_free>>;

constexpr std::size_t certificates_max = 8; // a chain, or the roots of a bank

// An encrypted key would ask on the terminal.
int no_password(char*, int, int, void*) {
    return 0;
}

BioPtr reader(std::string_view text) {
    return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Result<std::vector<CertificatePtr>> read_certificates(std::string_view pem) {
    const BioPtr in = reader(pem);
    std::vector<CertificatePtr> all;
    while (in && all.size() <= certificates_max) {
        CertificatePtr one(PEM_read_bio_X509(in.get(), nullptr, no_password, nullptr));
        if (!one)
            break;
        all.push_back(std::move(one));
    }
    const unsigned long left = ERR_peek_last_error();
    const bool is_at_end =
        ERR_GET_LIB(left) == ERR_LIB_PEM && ERR_GET_REASON(left) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (all.empty() || all.size() > certificates_max || !is_at_end)
        return fail(Code::value_invalid, "give 1 to 8 certificates in PEM");
    return all;
}

class Own final : public ClientTls {
  public:
    Result<> take_certificate(std::string_view pem, const Secret& key) {
        TRY(chain_, read_certificates(pem));
        const BioPtr in = reader(key.reveal());
        key_.reset(PEM_read_bio_PrivateKey(in.get(), nullptr, no_password, nullptr));
        ERR_clear_error();
        if (!key_)
            return fail(Code::value_invalid, "give the key in PEM, without a password");
        const bool belongs = X509_check_private_key(chain_.front().get(), key_.get()) == 1;
        ERR_clear_error();
        if (!belongs)
            return fail(Code::value_invalid, "the key is not that of the first certificate");
        return {};
    }
    Result<> take_roots(std::string_view pem) {
        TRY(const auto roots, read_certificates(pem));
        roots_.reset(X509_STORE_new());
        for (const CertificatePtr& root : roots)
            if (!roots_ || X509_STORE_add_cert(roots_.get(), root.get()) != 1)
                return fail(Code::value_invalid, "a certificate cannot be a root");
        return {};
    }

    bool apply(SSL& session) const override {
        if (key_) {
            if (SSL_use_certificate(&session, chain_.front().get()) != 1 ||
                SSL_use_PrivateKey(&session, key_.get()) != 1)
                return false;
            for (std::size_t i = 1; i < chain_.size(); ++i)
                if (SSL_add1_chain_cert(&session, chain_[i].get()) != 1)
                    return false;
        }
        return !roots_ || SSL_set1_verify_cert_store(&session, roots_.get()) == 1;
    }
    std::uint64_t number() const override { return number_; }

  private:
    static std::uint64_t next_number() {
        static std::atomic<std::uint64_t> last{0};
        return ++last;
    }

    std::uint64_t number_ = next_number();
    std::vector<CertificatePtr> chain_;
    PkeyPtr key_;
    StorePtr roots_;
};

} // namespace

Result<std::shared_ptr<const ClientTls>>
ClientTls::make(std::string_view certificate, const Secret& key, std::string_view trusted_ca) {
    auto own = std::make_shared<Own>();
    if (!certificate.empty())
        TRY_VOID(own->take_certificate(certificate, key));
    if (!trusted_ca.empty())
        TRY_VOID(own->take_roots(trusted_ca));
    return own;
}

} // namespace settled::net
