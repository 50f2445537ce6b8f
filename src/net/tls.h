// TLS contexts of the server and the client, after Mozilla's intermediate profile: TLS 1.2 and 1.3,
// ECDHE with AEAD only, no preference of the server's own, X25519, P-256 and P-384.
#pragma once

#include "base/error.h"
#include "base/secret.h"

#include <openssl/ssl.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace settled::net {

struct TlsContextFree {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, TlsContextFree>;

struct TlsSessionFree {
    void operator()(SSL* session) const { SSL_free(session); }
};
using TlsSession = std::unique_ptr<SSL, TlsSessionFree>;

// `certificate_chain` and `private_key` are PEM texts; the key is not encrypted. Fails with io_failed;
// the detail says which of the two is wrong and why, and repeats nothing of either.
Result<TlsContext> make_server_tls(std::string_view certificate_chain, const Secret& private_key);
// Fails with io_failed, naming the file.
// The system's roots, and the certificates of `extra_roots` if that is not empty.
Result<TlsContext> make_client_tls(const std::string& extra_roots);

// Sessions read from and write to memory; Stream carries the bytes. Null when memory is out.
TlsSession make_server_session(SSL_CTX& context);

// The certificate and key of a server, which change while it runs: connections that are open keep what
// they were opened with. Thread-safe: all Servers of a process share one.
class ServerTls {
  public:
    explicit ServerTls(TlsContext context) : context_(std::move(context)) {}
    TlsSession make_session() const;
    void replace(TlsContext context);

  private:
    mutable std::mutex mutex_;
    TlsContext context_;
};

// `host` is what the certificate must name: a DNS name (also sent as SNI) or an IP address. `own`:
// what this call brings to the handshake; may be null.
class ClientTls;
TlsSession make_client_session(SSL_CTX& context, const std::string& host,
                               const ClientTls* own = nullptr);

// What OpenSSL's error queue holds, for people; clears the queue.
std::string take_tls_error();

} // namespace settled::net
