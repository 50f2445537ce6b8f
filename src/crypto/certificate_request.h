// PKCS#10 certificate signing requests (RFC 2986): what a bank's portal takes to know our key.
#pragma once

#include "base/error.h"
#include "crypto/rsa.h"

#include <string>
#include <string_view>

namespace settled::crypto {

// "CN=settled,O=A Shop Ltd,C=GB" (RFC 4514, in the order of the certificate; a comma in a value is
// written \,). Signed with SHA-256 by the key itself, wherever it is kept. PEM. Fails with
// value_invalid, when the subject cannot be read, and as the signer does.
Result<std::string> certificate_request(Signer& signer, std::string_view subject);

} // namespace settled::crypto
