#include "sandbox/keys/certificate.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace settled::sandbox {

namespace {

template <auto free_function>
struct FreeWith {
    template <class T>
    void operator()(T* object) const {
        free_function(object);
    }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, FreeWith<X509_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_random_serial(X509* certificate) {
    std::uint64_t serial = 0;
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1)
        return false;
    // Positive and never zero (RFC 5280 section 4.1.2.2).
    return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), (serial >> 1) | 1) == 1;
}

CertificatePtr blank_certificate(EVP_PKEY* key, const char* name) {
    constexpr long day = 24L * 60 * 60;
    CertificatePtr certificate(X509_new());
    if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1 ||
        !set_random_serial(certificate.get()) ||
        !X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -day) ||
        !X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3650 * day) ||
        X509_set_pubkey(certificate.get(), key) != 1)
        return nullptr;
    const auto* const text = reinterpret_cast<const unsigned char*>(name);
    if (X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                                   text, -1, -1, 0) != 1)
        return nullptr;
    return certificate;
}

bool finish(X509* certificate, X509* issuer, EVP_PKEY* issuer_key) {
    return X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
           X509_sign(certificate, issuer_key, EVP_sha256()) != 0;
}

CertificatePtr make_authority(EVP_PKEY* key) {
    CertificatePtr authority = blank_certificate(key, "settled sandbox authority");
    if (!authority ||
        !add_extension(authority.get(), authority.get(), NID_basic_constraints,
                       "critical,CA:TRUE,pathlen:0") ||
        !add_extension(authority.get(), authority.get(), NID_key_usage,
                       "critical,keyCertSign,cRLSign") ||
        !add_extension(authority.get(), authority.get(), NID_subject_key_identifier, "hash") ||
        !finish(authority.get(), authority.get(), key))
        return nullptr;
    return authority;
}

CertificatePtr make_leaf(EVP_PKEY* key, X509* authority, EVP_PKEY* authority_key) {
    CertificatePtr leaf = blank_certificate(key, "settled sandbox partner");
    if (!leaf ||
        !add_extension(leaf.get(), authority, NID_basic_constraints, "critical,CA:FALSE") ||
        !add_extension(leaf.get(), authority, NID_key_usage, "critical,digitalSignature") ||
        !add_extension(leaf.get(), authority, NID_ext_key_usage, "serverAuth") ||
        !add_extension(leaf.get(), authority, NID_authority_key_identifier, "keyid") ||
        !add_extension(leaf.get(), authority, NID_subject_alt_name,
                       "DNS:localhost,IP:127.0.0.1,IP:::1") ||
        !finish(leaf.get(), authority, authority_key))
        return nullptr;
    return leaf;
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::string pem_of(X509* certificate) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    if (!bio || PEM_write_bio_X509(bio.get(), certificate) != 1)
        return {};
    return text_of(bio.get());
}

std::string pem_of(EVP_PKEY* key) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    if (!bio ||
        PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return {};
    return text_of(bio.get());
}

} // namespace

Result<ServerCertificate> make_server_certificate() {
    const KeyPtr authority_key(EVP_EC_gen("P-256"));
    const KeyPtr leaf_key(EVP_EC_gen("P-256"));
    if (!authority_key || !leaf_key)
        return fail(Code::crypto_failed, "cannot make a key for the sandbox's partner");
    const CertificatePtr authority = make_authority(authority_key.get());
    const CertificatePtr leaf =
        authority ? make_leaf(leaf_key.get(), authority.get(), authority_key.get()) : nullptr;
    if (!leaf)
        return fail(Code::crypto_failed, "cannot make a certificate for the sandbox's partner");
    ServerCertificate made{pem_of(authority.get()), pem_of(leaf.get()), pem_of(leaf_key.get())};
    if (made.authority_pem.empty() || made.certificate_pem.empty() || made.private_key_pem.empty())
        return fail(Code::crypto_failed, "cannot write the certificate of the sandbox's partner");
    return made;
}

} // namespace settled::sandbox
