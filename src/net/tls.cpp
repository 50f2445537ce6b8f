#include "net/tls.h"

#include "net/client/client_tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>

#include <array>
#include <string_view>

namespace settled::net {

namespace {

constexpr const char* suites_tls12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr std::string_view http11 = "http/1.1";

Result<TlsContext> make_context(const SSL_METHOD* method) {
    TlsContext context(SSL_CTX_new(method));
    if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(context.get(), suites_tls12) != 1 ||
        SSL_CTX_set1_groups_list(context.get(), "X25519:P-256:P-384") != 1) {
        return fail(Code::io_failed, "TLS cannot be set up: " + take_tls_error());
    }
    SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    // Thousands of idle connections should not each hold 34 KB of record buffers.
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
    return context;
}

// Takes http/1.1 if the client offers ALPN; without it a client that only speaks HTTP/2 is turned
// away in the handshake and not by a puzzling 400.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
    for (unsigned int at = 0; at < offered_size; at += 1u + offered[at]) {
        const std::string_view name(reinterpret_cast<const char*>(offered + at + 1), offered[at]);
        if (name == http11) {
            *out = offered + at + 1;
            *out_size = offered[at];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

TlsSession make_session(SSL_CTX& context) {
    TlsSession session(SSL_new(&context));
    BIO* in = BIO_new(BIO_s_mem());
    BIO* out = BIO_new(BIO_s_mem());
    if (!session || in == nullptr || out == nullptr) {
        BIO_free(in);
        BIO_free(out);
        return nullptr;
    }
    // An empty input means "wait for more", not "end of stream".
    BIO_set_mem_eof_return(in, -1);
    SSL_set_bio(session.get(), in, out);
    return session;
}

struct BioFree {
    void operator()(BIO* bio) const { BIO_free(bio); }
};
using BioPtr = std::unique_ptr<BIO, BioFree>;
struct CertificateFree {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
using CertificatePtr = std::unique_ptr<X509, CertificateFree>;
struct KeyFree {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

BioPtr bio_of(std::string_view text) {
    return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// A key that needs a password is refused: there is no terminal to ask at.
int no_password(char*, int, int, void*) {
    return -1;
}

CertificatePtr next_certificate(BIO* bio) {
    return CertificatePtr(PEM_read_bio_X509(bio, nullptr, no_password, nullptr));
}

// The certificate comes first, and after it those that lead to its authority.
bool use_chain(SSL_CTX& context, std::string_view text) {
    const BioPtr bio = bio_of(text);
    const CertificatePtr own = bio ? next_certificate(bio.get()) : nullptr;
    if (!own || SSL_CTX_use_certificate(&context, own.get()) != 1) {
        return false;
    }
    for (CertificatePtr next = next_certificate(bio.get()); next;
         next = next_certificate(bio.get())) {
        if (SSL_CTX_add1_chain_cert(&context, next.get()) != 1) {
            return false;
        }
    }
    const unsigned long end = ERR_peek_last_error();
    if (ERR_GET_LIB(end) != ERR_LIB_PEM || ERR_GET_REASON(end) != PEM_R_NO_START_LINE) {
        return false; // a certificate that was cut
    }
    ERR_clear_error();
    return true;
}

bool use_key(SSL_CTX& context, const Secret& text) {
    const BioPtr bio = bio_of(text.reveal()); // it is parsed
    const std::unique_ptr<EVP_PKEY, KeyFree> key(
        bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr) : nullptr);
    return key && SSL_CTX_use_PrivateKey(&context, key.get()) == 1 &&
           SSL_CTX_check_private_key(&context) == 1;
}

} // namespace

std::string take_tls_error() {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    if (code == 0) {
        return "no reason given";
    }
    std::array<char, 160> text{};
    ERR_error_string_n(code, text.data(), text.size());
    return text.data();
}

Result<TlsContext> make_server_tls(std::string_view certificate_chain, const Secret& private_key) {
    ERR_clear_error();
    TRY(TlsContext context, make_context(TLS_server_method()));
    if (!use_chain(*context, certificate_chain)) {
        return fail(Code::io_failed, "the certificate chain cannot be read: " + take_tls_error());
    }
    if (!use_key(*context, private_key)) {
        return fail(Code::io_failed,
                    "the private key cannot be read or is not the certificate's: " +
                        take_tls_error());
    }
    SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
    // One ticket is enough for a client that keeps its connection.
    SSL_CTX_set_num_tickets(context.get(), 1);
    return context;
}

Result<TlsContext> make_client_tls(const std::string& extra_roots) {
    ERR_clear_error();
    TRY(TlsContext context, make_context(TLS_client_method()));
    if (SSL_CTX_set_default_verify_paths(context.get()) != 1) {
        return fail(Code::io_failed,
                    "the system's root certificates cannot be read: " + take_tls_error());
    }
    if (!extra_roots.empty() && SSL_CTX_load_verify_file(context.get(), extra_roots.c_str()) != 1) {
        return fail(Code::io_failed,
                    "the certificates in " + extra_roots + " cannot be read: " + take_tls_error());
    }
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    return context;
}

TlsSession make_server_session(SSL_CTX& context) {
    TlsSession session = make_session(context);
    if (session) {
        SSL_set_accept_state(session.get());
    }
    return session;
}

TlsSession ServerTls::make_session() const {
    const std::lock_guard lock(mutex_);
    return make_server_session(*context_); // it holds the context for as long as it lives
}

void ServerTls::replace(TlsContext context) {
    const std::lock_guard lock(mutex_);
    std::swap(context_, context);
}

TlsSession make_client_session(SSL_CTX& context, const std::string& host, const ClientTls* own) {
    TlsSession session = make_session(context);
    if (!session || (own != nullptr && !own->apply(*session))) {
        return nullptr;
    }
    boost::system::error_code not_an_address;
    boost::asio::ip::make_address(host, not_an_address);
    bool done = false;
    if (not_an_address) {
        // Names are in the alternative names; the subject is for people (RFC 9525 section 6.3).
        SSL_set_hostflags(session.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                                             X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
        done = SSL_set1_host(session.get(), host.c_str()) == 1 &&
               SSL_set_tlsext_host_name(session.get(), host.c_str()) == 1;
    } else {
        done = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session.get()), host.c_str()) == 1;
    }
    SSL_set_connect_state(session.get());
    return done ? std::move(session) : nullptr;
}

} // namespace settled::net
