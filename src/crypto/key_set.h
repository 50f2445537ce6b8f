// JSON Web Key Sets (RFC 7517): the public keys by which others sign tokens, by key id.
#pragma once

#include "crypto/rsa.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace settled::crypto {

using KeySet = std::map<std::string, std::shared_ptr<const Verifier>, std::less<>>;

// The RSA keys for signatures; keys of other kinds are passed over. Fails with key_unreadable (also
// when none is in it) and key_unsuitable.
Result<KeySet> parse_key_set(std::string_view json);

} // namespace settled::crypto
