// How a provider proves that a webhook is its own; configured, as the mapping is.
//
//   {"scheme": "hmac", "hash": "sha256", "header": "X-Signature", "encoding": "hex",
//    "prefix": "sha256=", "over": "{header:X-Timestamp}.{body}", "secrets": ["file:/…"]}
//   {"scheme": "standard_webhooks", "secrets": ["file:/…"]}
//   {"scheme": "rsa_sha256", "header": "X-Signature", "encoding": "base64", "keys":
//   ["-----BEGIN…"]}
//   {"scheme": "basic", "username": "bank", "secrets": ["file:/…"]}
//
// Several secrets or keys are valid at once, so that the provider can change them; the header of an
// HMAC may have several signatures, divided by commas, of which one must hold. With
// "timestamp_header" (Unix seconds, which must be among what is signed) a webhook older or newer
// than "tolerance_seconds" (default 300) is refused; Standard Webhooks always has one. Secrets are
// named by URI and opened when the scheme is.
//
// Immutable; any thread. All comparisons take constant time.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "connectors/inputs.h"
#include "wire/json.h"

#include <memory>
#include <string_view>

namespace settled::connectors::mapped {

class Signature {
  public:
    virtual ~Signature() = default;
    // Nothing in the body may be believed before this holds. Fails with signature_missing,
    // signature_malformed, signature_invalid.
    virtual Result<> check(const HeaderLookup& headers, std::string_view body,
                           Instant now) const = 0;
};

// Fails with value_invalid (the detail names the member), key_unreadable, key_unsuitable.
Result<std::unique_ptr<const Signature>> open_signature(wire::Json written,
                                                        const OpenSecret& open_secret);

} // namespace settled::connectors::mapped
