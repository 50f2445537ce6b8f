#include "crypto/rsa_key.h"

#include "base/assert.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <climits>

namespace settled::crypto {
namespace {

constexpr int modulus_bits_min = 2048;
constexpr int modulus_bits_max = 4096;
constexpr int exponent_bits_max = 64;

// One decoded PEM block; wiped, since it may be a private key.
class PemBlock {
  public:
    PemBlock() = default;
    PemBlock(const PemBlock&) = delete;
    PemBlock& operator=(const PemBlock&) = delete;
    ~PemBlock() {
        OPENSSL_free(name_);
        OPENSSL_free(header_);
        OPENSSL_clear_free(data_, static_cast<std::size_t>(size_));
    }

    // True if `pem` is one block and nothing else but white space around it.
    bool read(std::string_view pem) {
        constexpr std::string_view space = " \t\r\n";
        const std::size_t begin = pem.find_first_not_of(space);
        if (begin == std::string_view::npos || pem.size() > INT_MAX)
            return false;
        pem.remove_prefix(begin);
        if (!pem.starts_with("-----BEGIN ")) // PEM_read_bio would skip what stands before it
            return false;
        const BioPtr in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
        if (!in || PEM_read_bio(in.get(), &name_, &header_, &data_, &size_) != 1)
            return false;
        char* rest = nullptr;
        const auto left = static_cast<std::size_t>(BIO_get_mem_data(in.get(), &rest));
        return std::string_view(rest, left).find_first_not_of(space) == std::string_view::npos;
    }
    std::string_view name() const { return name_; }
    const std::uint8_t* begin() const { return data_; }
    const std::uint8_t* end() const { return data_ + size_; }
    long size() const { return size_; }

  private:
    char* name_ = nullptr;
    char* header_ = nullptr;
    std::uint8_t* data_ = nullptr;
    long size_ = 0;
};

Result<> check_suitable(EVP_PKEY* key) {
    // Not EVP_PKEY_RSA_PSS: such a key may not sign in the PKCS#1 v1.5 form.
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
        return fail(Code::key_unsuitable, "the key is not an RSA key");
    const int bits = EVP_PKEY_get_bits(key);
    if (bits < modulus_bits_min || bits > modulus_bits_max)
        return fail(Code::key_unsuitable,
                    fmt::format("the RSA key has {} bits; {} to {} are accepted", bits,
                                modulus_bits_min, modulus_bits_max));
    BIGNUM* e = nullptr;
    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) != 1)
        return fail(Code::key_unsuitable, "the RSA key has no public exponent");
    const bool good =
        BN_is_odd(e) && !BN_is_one(e) && !BN_is_negative(e) && BN_num_bits(e) <= exponent_bits_max;
    BN_free(e);
    if (!good)
        return fail(Code::key_unsuitable,
                    "the RSA public exponent must be odd, at least 3 and at most 64 bits long");
    return {};
}

// What failed calls leave in OpenSSL's queue of this thread would otherwise be found by others.
template <class T>
Result<T> unreadable(std::string detail) {
    ERR_clear_error();
    return fail(Code::key_unreadable, std::move(detail));
}

Result<PkeyPtr> key_of_public_half(const PemBlock& block) {
    const std::uint8_t* at = block.begin();
    PkeyPtr key(d2i_PUBKEY(nullptr, &at, block.size()));
    if (!key || at != block.end())
        return unreadable<PkeyPtr>("the PEM block does not hold a public key");
    return key;
}

// A certificate counts as its key: who has signed it and until when says nothing to us.
Result<PkeyPtr> key_of_certificate(const PemBlock& block) {
    using CertificatePtr = std::unique_ptr<X509, FreeWith<X509_free>>;
    const std::uint8_t* at = block.begin();
    const CertificatePtr certificate(d2i_X509(nullptr, &at, block.size()));
    PkeyPtr key(certificate && at == block.end() ? X509_get_pubkey(certificate.get()) : nullptr);
    if (!key)
        return unreadable<PkeyPtr>("the PEM block does not hold a certificate");
    return key;
}

} // namespace

Result<PkeyPtr> read_public_key(std::string_view pem) {
    PemBlock block;
    const bool is_read = block.read(pem);
    if (!is_read || (block.name() != PEM_STRING_PUBLIC && block.name() != PEM_STRING_X509))
        return unreadable<PkeyPtr>(
            "expected one PEM block 'BEGIN PUBLIC KEY' or 'BEGIN CERTIFICATE'");
    TRY(PkeyPtr key,
        block.name() == PEM_STRING_X509 ? key_of_certificate(block) : key_of_public_half(block));
    TRY_VOID(check_suitable(key.get()));
    return key;
}

Result<PkeyPtr> read_private_key(std::string_view pem) {
    PemBlock block;
    if (!block.read(pem))
        return unreadable<PkeyPtr>("expected one PEM block 'BEGIN PRIVATE KEY'");
    if (block.name() == PEM_STRING_PKCS8)
        return fail(Code::key_unsuitable,
                    "the private key is encrypted; it must be stored plain in "
                    "a place only the server can read");
    if (block.name() != PEM_STRING_PKCS8INF)
        return unreadable<PkeyPtr>("expected one PEM block 'BEGIN PRIVATE KEY'; 'openssl pkey' "
                                   "converts older forms");
    const std::uint8_t* at = block.begin();
    const Pkcs8Ptr info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, block.size()));
    if (!info || at != block.end())
        return unreadable<PkeyPtr>("the PEM block does not hold a private key");
    PkeyPtr key(EVP_PKCS82PKEY(info.get()));
    if (!key)
        return unreadable<PkeyPtr>("the PEM block does not hold a private key");
    TRY_VOID(check_suitable(key.get()));
    return key;
}

Result<PkeyPtr> make_public_key(BytesView modulus, BytesView exponent) {
    const auto number = [](BytesView bytes) {
        return BignumPtr(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
    };
    if (modulus.size() > modulus_bits_max / 8 + 1 || exponent.size() > exponent_bits_max / 8 + 1)
        return fail(Code::key_unsuitable, "the numbers of the RSA key are too large");
    const BignumPtr n = number(modulus);
    const BignumPtr e = number(exponent);
    const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
    const PkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    if (!n || !e || !builder || !context ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
        return unreadable<PkeyPtr>("the numbers of the RSA key cannot be read");
    const ParamsPtr params(OSSL_PARAM_BLD_to_param(builder.get()));
    EVP_PKEY* made = nullptr;
    if (!params || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
        return unreadable<PkeyPtr>("the numbers make no RSA key");
    PkeyPtr key(made);
    TRY_VOID(check_suitable(key.get()));
    return key;
}

Bytes public_key_der(EVP_PKEY* key) {
    std::uint8_t* der = nullptr;
    const int size = i2d_PUBKEY(key, &der);
    SETTLED_ASSERT(size > 0, "a key that was read can be written");
    Bytes out(der, der + size);
    OPENSSL_free(der);
    return out;
}

std::string public_key_pem_of(EVP_PKEY* key) {
    const BioPtr out(BIO_new(BIO_s_mem()));
    SETTLED_ASSERT(out && PEM_write_bio_PUBKEY(out.get(), key) == 1,
                   "a key that was read can be written");
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

PkeyContextPtr ContextPool::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            PkeyContextPtr context = std::move(idle_.back());
            idle_.pop_back();
            return context;
        }
    }
    PkeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_, nullptr));
    if (!context || prepare_(context.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
        EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) != 1) {
        ERR_clear_error();
        return nullptr;
    }
    return context;
}

void ContextPool::give_back(PkeyContextPtr context) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(context));
}

} // namespace settled::crypto
