// Certificates for the TLS tests, made when they run: an authority, and leaf certificates for given
// names and times. P-256 keys. Files are removed at the end.
#pragma once

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace settled::net::testing {

class TestAuthority {
  public:
    struct Leaf {
        std::string chain; // files
        std::string key;
    };

    TestAuthority() {
        folder_ = std::filesystem::temp_directory_path() /
                  ("settled_tls_" + std::to_string(::getpid()) + "_" + std::to_string(count()++));
        std::filesystem::create_directory(folder_);
        key_.reset(EVP_EC_gen("P-256"));
        certificate_ = make("settled test root", key_.get(), key_.get(), nullptr,
                            "critical,CA:TRUE", "", -3600, 86400);
        write_certificate(folder_ / "root.pem", certificate_.get());
    }
    TestAuthority(const TestAuthority&) = delete;
    TestAuthority& operator=(const TestAuthority&) = delete;
    ~TestAuthority() { std::filesystem::remove_all(folder_); }

    std::string root() const { return (folder_ / "root.pem").string(); }

    // `names` as OpenSSL writes alternative names: "DNS:localhost,IP:127.0.0.1". Times are seconds
    // from now.
    Leaf leaf(const std::string& names, long from = -3600, long to = 86400) {
        const std::string stem = "leaf" + std::to_string(leaves_++);
        const Key key(EVP_EC_gen("P-256"));
        const Certificate certificate = make("leaf", key.get(), key_.get(), certificate_.get(),
                                             "critical,CA:FALSE", names, from, to);
        write_certificate(folder_ / (stem + ".pem"), certificate.get());
        const auto key_path = folder_ / (stem + ".key");
        FILE* file = std::fopen(key_path.c_str(), "w");
        PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(file);
        return {(folder_ / (stem + ".pem")).string(), key_path.string()};
    }

  private:
    struct Free {
        void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
        void operator()(X509* certificate) const { X509_free(certificate); }
    };
    using Key = std::unique_ptr<EVP_PKEY, Free>;
    using Certificate = std::unique_ptr<X509, Free>;

    static int& count() {
        static int made = 0;
        return made;
    }
    static void extend(X509* certificate, X509* issuer, int what, const std::string& value) {
        X509V3_CTX context;
        X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
        if (extension == nullptr) {
            throw std::runtime_error("the extension " + value + " cannot be made");
        }
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }
    static Certificate make(const std::string& name, EVP_PKEY* key, EVP_PKEY* signer, X509* issuer,
                            const std::string& constraints, const std::string& names, long from,
                            long to) {
        Certificate made(X509_new());
        X509_set_version(made.get(), X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1 + count()++);
        X509_gmtime_adj(X509_getm_notBefore(made.get()), from);
        X509_gmtime_adj(X509_getm_notAfter(made.get()), to);
        X509_set_pubkey(made.get(), key);
        X509_NAME* subject = X509_get_subject_name(made.get());
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
        X509_set_issuer_name(made.get(),
                             issuer != nullptr ? X509_get_subject_name(issuer) : subject);
        extend(made.get(), issuer != nullptr ? issuer : made.get(), NID_basic_constraints,
               constraints);
        if (!names.empty()) {
            extend(made.get(), issuer, NID_subject_alt_name, names);
        }
        X509_sign(made.get(), signer, EVP_sha256());
        return made;
    }
    static void write_certificate(const std::filesystem::path& path, X509* certificate) {
        FILE* file = std::fopen(path.c_str(), "w");
        PEM_write_X509(file, certificate);
        std::fclose(file);
    }

    std::filesystem::path folder_;
    Key key_;
    Certificate certificate_;
    int leaves_ = 0;
};

} // namespace settled::net::testing
