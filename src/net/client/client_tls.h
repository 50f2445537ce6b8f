// What a call brings to its TLS handshake that is its own: a certificate that says who calls, and
// the roots that the peer's certificate must lead to in place of the system's.
#pragma once

#include "base/error.h"
#include "base/secret.h"

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string_view>

namespace settled::net {

// Immutable; may be shared by threads.
class ClientTls {
  public:
    // PEM; each may be empty, `key` is the certificate's. Fails with value_invalid.
    static Result<std::shared_ptr<const ClientTls>>
    make(std::string_view certificate, const Secret& key, std::string_view trusted_ca);
    virtual ~ClientTls() = default;

    // False: the session cannot take it.
    virtual bool apply(SSL& session) const = 0;
    // Of this object alone: connections are shared by calls with the same one.
    virtual std::uint64_t number() const = 0;
};

} // namespace settled::net
