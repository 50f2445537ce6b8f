#include "crypto/rsa.h"

#include "base/assert.h"
#include "crypto/hash.h"
#include "crypto/rsa_key.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace settled::crypto {
namespace {

// Signs on the calling thread. OpenSSL blinds the private operation, and after the CRT computation
// it raises the result to the public exponent and compares (rsa_ossl_mod_exp): a faulty signature,
// which would give the key away, does not come out. So nothing is verified a second time here.
class SoftwareSigner final : public Signer {
  public:
    explicit SoftwareSigner(PkeyPtr key)
        : key_(std::move(key)), contexts_(key_.get(), EVP_PKEY_sign_init),
          signature_bytes_(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()))),
          public_key_pem_(public_key_pem_of(key_.get())) {}

    Result<std::vector<Bytes>> sign(std::span<const std::string_view> messages) override {
        PkeyContextPtr context = contexts_.take();
        if (!context)
            return fail(Code::crypto_failed, "no signing context could be made");
        std::vector<Bytes> signatures;
        signatures.reserve(messages.size());
        for (const std::string_view message : messages) {
            const Digest digest = sha256(message);
            Bytes& signature = signatures.emplace_back(signature_bytes_);
            std::size_t size = signature.size();
            if (EVP_PKEY_sign(context.get(), signature.data(), &size, digest.data(),
                              digest.size()) != 1 ||
                size != signature_bytes_) {
                ERR_clear_error();
                return fail(Code::crypto_failed, "the message could not be signed");
            }
        }
        contexts_.give_back(std::move(context));
        return signatures;
    }

    std::string public_key_pem() const override { return public_key_pem_; }

  private:
    PkeyPtr key_;
    ContextPool contexts_;
    std::size_t signature_bytes_;
    std::string public_key_pem_;
};

class SoftwareVerifier final : public Verifier {
  public:
    explicit SoftwareVerifier(PkeyPtr key)
        : key_(std::move(key)), contexts_(key_.get(), EVP_PKEY_verify_init),
          signature_bytes_(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()))),
          fingerprint_(to_hex(sha256(as_text(public_key_der(key_.get()))))) {}

    std::vector<bool> verify(std::span<const Signed> items) const override {
        std::vector<bool> verdicts(items.size(), false);
        PkeyContextPtr context = contexts_.take();
        if (!context)
            return verdicts; // what cannot be checked does not hold
        for (std::size_t i = 0; i < items.size(); ++i)
            verdicts[i] = holds(context.get(), items[i]);
        contexts_.give_back(std::move(context));
        return verdicts;
    }

    std::string fingerprint() const override { return fingerprint_; }
    unsigned bits() const override { return static_cast<unsigned>(EVP_PKEY_get_bits(key_.get())); }

  private:
    // RFC 8017 section 8.2.2. OpenSSL encodes the expected block itself and compares it whole, so
    // DigestInfo in another form, trailing bytes or other padding do not pass.
    bool holds(EVP_PKEY_CTX* context, const Signed& item) const {
        if (item.signature.size() != signature_bytes_)
            return false;
        const Digest digest = sha256(item.message);
        const bool good = EVP_PKEY_verify(context, item.signature.data(), item.signature.size(),
                                          digest.data(), digest.size()) == 1;
        if (!good)
            ERR_clear_error();
        return good;
    }

    PkeyPtr key_;
    mutable ContextPool contexts_;
    std::size_t signature_bytes_;
    std::string fingerprint_;
};

} // namespace

Result<Bytes> Signer::sign(std::string_view message) {
    TRY(std::vector<Bytes> signatures, sign(std::span(&message, 1)));
    SETTLED_ASSERT(signatures.size() == 1, "one signature a message");
    return std::move(signatures.front());
}

void Signer::sign_later(std::vector<std::string> messages, Signed done) {
    const std::vector<std::string_view> views(messages.begin(), messages.end());
    done(sign(views));
}

bool Verifier::verify(std::string_view message, BytesView signature) const {
    const Signed item{message, signature};
    return verify(std::span(&item, 1)).front();
}

Result<std::shared_ptr<const Verifier>> Verifier::from_pem(std::string_view pem) {
    TRY(PkeyPtr key, read_public_key(pem));
    return std::make_shared<const SoftwareVerifier>(std::move(key));
}

Result<std::shared_ptr<const Verifier>> Verifier::from_numbers(BytesView modulus,
                                                               BytesView exponent) {
    TRY(PkeyPtr key, make_public_key(modulus, exponent));
    return std::make_shared<const SoftwareVerifier>(std::move(key));
}

Result<> prove(Signer& signer) {
    constexpr std::string_view probe = "settled key probe";
    TRY(const auto verifier, Verifier::from_pem(signer.public_key_pem()));
    TRY(const Bytes signature, signer.sign(probe));
    if (!verifier->verify(probe, signature))
        return fail(Code::key_unsuitable, "the private key's parts do not belong together");
    return {};
}

Result<std::shared_ptr<Signer>> software_signer(std::string_view private_key_pem) {
    TRY(PkeyPtr key, read_private_key(private_key_pem));
    auto signer = std::make_shared<SoftwareSigner>(std::move(key));
    // A file with a private half that does not belong to its public half would sign without
    // complaint, and the bank would refuse everything.
    TRY_VOID(prove(*signer));
    return signer;
}

std::string generate_rsa_key_pem(unsigned bits) {
    const PkeyPtr key(EVP_RSA_gen(bits));
    const BioPtr out(BIO_new(BIO_s_mem()));
    SETTLED_ASSERT(key && out, "OpenSSL could not make an RSA key");
    SETTLED_ASSERT(PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                                 nullptr) == 1,
                   "a key that was made can be written");
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

} // namespace settled::crypto
