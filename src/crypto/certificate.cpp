#include "crypto/certificate.h"

#include "crypto/openssl_ptr.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <chrono>
#include <ctime>

namespace settled::crypto {

std::optional<Instant> certificate_end(std::string_view pem) {
    using CertificatePtr = std::unique_ptr<X509, FreeWith<X509_free>>;
    const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const CertificatePtr certificate(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)
                                         : nullptr);
    std::tm time{};
    if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &time) != 1) {
        ERR_clear_error();
        return std::nullopt;
    }
    const std::chrono::seconds since(::timegm(&time));
    return Instant{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

} // namespace settled::crypto
