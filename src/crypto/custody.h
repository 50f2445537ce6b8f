// Where private keys and tokens are kept, named by URI:
//   file:/path     the file's content without a line end at its end; a regular file of at most
//                  64 KiB, owned by us or root and closed to group and others
//   env:NAME       the environment variable's value, removed from the environment once read
// (pkcs11:, aws-sm: and s3: take their place here.)
//
// Called while the program starts, before it has other threads: the environment has no lock.
#pragma once

#include "base/error.h"
#include "base/secret.h"
#include "crypto/rsa.h"

#include <memory>
#include <string_view>

namespace settled::crypto {

// Fails with key_unreadable, naming the URI but never the content; value_invalid for an unknown
// scheme, naming nothing, since what stands there may be the secret itself.
Result<Secret> read_secret(std::string_view uri);
// A PKCS#8 PEM key. Fails with key_unsuitable as well.
Result<std::shared_ptr<Signer>> open_signer(std::string_view uri);

} // namespace settled::crypto
