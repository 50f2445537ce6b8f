// Ed25519 (RFC 8032): key pairs as Standard Webhooks writes them, for its asymmetric signatures
// (`v1a`) and for signatures of HTTP messages (RFC 9421).
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "base/rng.h"
#include "base/secret.h"

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace settled::crypto {

using Ed25519PublicKey = std::array<std::uint8_t, 32>;

// Immutable; may be shared by threads.
class Ed25519Key {
  public:
    // "whsk_" and the base64 of private and public key, 64 bytes. Fails with value_invalid: no such
    // text, or the halves do not belong together.
    static Result<std::shared_ptr<const Ed25519Key>> parse(std::string_view text);
    virtual ~Ed25519Key() = default;

    // 64 bytes. Fails with crypto_failed.
    virtual Result<Bytes> sign(std::string_view message) const = 0;
    virtual const Ed25519PublicKey& public_key() const = 0;
};

// A new key pair: "whsk_…".
Secret generate_ed25519_key(Rng& rng);
bool ed25519_holds(const Ed25519PublicKey& key, std::string_view message, BytesView signature);

// "whpk_…"
std::string ed25519_public_text(const Ed25519PublicKey& key);
Result<Ed25519PublicKey> parse_ed25519_public(std::string_view text);
// The key's thumbprint (RFC 7638), under which it is published.
std::string ed25519_key_id(const Ed25519PublicKey& key);
// {"kty":"OKP","crv":"Ed25519","x":…,"kid":…,"alg":"EdDSA","use":"sig"} (RFC 8037).
std::string ed25519_jwk(const Ed25519PublicKey& key);

} // namespace settled::crypto
