#include "crypto/public_key.h"

#include "crypto/rsa_key.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509.h>

namespace settled::crypto {

namespace {

using CertificatePtr = std::unique_ptr<X509, FreeWith<X509_free>>;
using SecretNumberPtr = std::unique_ptr<BIGNUM, FreeWith<BN_clear_free>>;

Result<> take_number(const EVP_PKEY* key, const char* name, Bytes& into) {
    BIGNUM* found = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &found) != 1) {
        ERR_clear_error();
        return fail(Code::key_unsuitable, "the private key lacks one of its numbers");
    }
    const SecretNumberPtr number(found);
    into.resize(static_cast<std::size_t>(BN_num_bytes(number.get())));
    BN_bn2bin(number.get(), into.data());
    return {};
}

} // namespace

Result<std::string> public_key_pem_of_numbers(BytesView modulus, BytesView exponent) {
    TRY(const PkeyPtr key, make_public_key(modulus, exponent));
    return public_key_pem_of(key.get());
}

Result<std::string> public_key_pem_of_certificate(BytesView der) {
    const std::uint8_t* at = der.data();
    const CertificatePtr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    EVP_PKEY* const key = certificate ? X509_get0_pubkey(certificate.get()) : nullptr;
    if (key == nullptr) {
        ERR_clear_error();
        return fail(Code::key_unreadable, "the certificate cannot be read");
    }
    const std::string pem = public_key_pem_of(key);
    TRY(const PkeyPtr checked, read_public_key(pem));
    return pem;
}

PrivateNumbers::~PrivateNumbers() {
    for (Bytes* number :
         {&private_exponent, &prime_1, &prime_2, &exponent_1, &exponent_2, &coefficient})
        OPENSSL_cleanse(number->data(), number->size());
}

Result<PrivateNumbers> private_numbers(std::string_view private_key_pem) {
    TRY(const PkeyPtr key, read_private_key(private_key_pem));
    PrivateNumbers numbers;
    const std::pair<const char*, Bytes*> wanted[] = {
        {OSSL_PKEY_PARAM_RSA_N, &numbers.modulus},
        {OSSL_PKEY_PARAM_RSA_E, &numbers.public_exponent},
        {OSSL_PKEY_PARAM_RSA_D, &numbers.private_exponent},
        {OSSL_PKEY_PARAM_RSA_FACTOR1, &numbers.prime_1},
        {OSSL_PKEY_PARAM_RSA_FACTOR2, &numbers.prime_2},
        {OSSL_PKEY_PARAM_RSA_EXPONENT1, &numbers.exponent_1},
        {OSSL_PKEY_PARAM_RSA_EXPONENT2, &numbers.exponent_2},
        {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, &numbers.coefficient}};
    for (const auto& [name, into] : wanted)
        TRY_VOID(take_number(key.get(), name, *into));
    return numbers;
}

} // namespace settled::crypto
