// Signatures of the Standard Webhooks specification 1.0.0 over "id.timestamp.body": the symmetric
// form `v1`, HMAC-SHA256 with a secret of 24 to 64 bytes written `whsec_` + base64, and the
// asymmetric form `v1a`, Ed25519.
#pragma once

#include "base/error.h"
#include "base/rng.h"
#include "base/secret.h"
#include "crypto/ed25519.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace settled::crypto {

// "whsec_…" of 32 random bytes.
Secret generate_webhook_secret(Rng& rng);
// The key bytes of "whsec_…". Fails with value_invalid (length, prefix, base64).
Result<Secret> parse_webhook_secret(std::string_view text);
// The value of the `webhook-signature` header: "v1,<base64>". `key` is what parse_webhook_secret
// gives.
std::string webhook_signature(const Secret& key, std::string_view id, std::int64_t unix_seconds,
                              std::string_view body);
// "v1a,<base64>". Fails with crypto_failed.
Result<std::string> webhook_signature(const Ed25519Key& key, std::string_view id,
                                      std::int64_t unix_seconds, std::string_view body);
// True if one of the space-separated v1 signatures in `header` is right (constant time).
bool webhook_signature_holds(const Secret& key, std::string_view id, std::int64_t unix_seconds,
                             std::string_view body, std::string_view header);

} // namespace settled::crypto
