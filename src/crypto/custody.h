// Where private keys and tokens are kept, named by URI:
//   file:/path     the file's content; it must be owned by us or root and closed to group and others
//   env:NAME       the environment variable's value, removed from the environment once read
// (pkcs11:, aws-sm: and s3: take their place here.)
#pragma once

#include "base/error.h"
#include "base/secret.h"
#include "crypto/rsa.h"

#include <memory>
#include <string_view>

namespace settled::crypto {

// Fails with key_unreadable, naming the URI but never the content; value_invalid for an unknown scheme.
Result<Secret> read_secret(std::string_view uri);
Result<std::shared_ptr<Signer>> open_signer(std::string_view uri);

} // namespace settled::crypto
