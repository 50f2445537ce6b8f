#include "crypto/certificate.h"

#include "base/bytes.h"
#include "crypto/openssl_ptr.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <ctime>

namespace settled::crypto {

namespace {

using CertificatePtr = std::unique_ptr<X509, FreeWith<X509_free>>;

CertificatePtr first_of(std::string_view pem) {
    const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    CertificatePtr certificate(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)
                                   : nullptr);
    if (!certificate)
        ERR_clear_error();
    return certificate;
}

} // namespace

std::string certificate_fingerprint(std::string_view pem) {
    const CertificatePtr certificate = first_of(pem);
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
    unsigned int size = 0;
    if (!certificate || X509_digest(certificate.get(), EVP_sha256(), digest.data(), &size) != 1)
        return {};
    return to_hex(digest);
}

std::optional<Instant> certificate_end(std::string_view pem) {
    const CertificatePtr certificate = first_of(pem);
    std::tm time{};
    if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &time) != 1) {
        ERR_clear_error();
        return std::nullopt;
    }
    const std::chrono::seconds since(::timegm(&time));
    return Instant{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

} // namespace settled::crypto
