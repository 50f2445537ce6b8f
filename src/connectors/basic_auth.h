// HTTP basic authentication of webhooks (RFC 7617), for every kind of connector that has it.
//
// Only hashes of what the header must hold are kept, and the hashes are compared in constant time:
// neither the time that a check takes nor the memory shows a user name, a password or its length.
// Immutable; any thread.
#pragma once

#include "base/error.h"
#include "base/secret.h"
#include "connectors/inputs.h"
#include "crypto/hash.h"

#include <string_view>
#include <vector>

namespace settled::connectors {

class BasicAuth {
  public:
    // Several passwords are valid at once, so that the other side can change its own. Fails with
    // value_invalid: the user name is empty or has a colon.
    static Result<BasicAuth> make(std::string_view username, const std::vector<Secret>& passwords);

    // Fails with signature_missing (no header), signature_malformed (another scheme),
    // signature_invalid.
    Result<> check(const HeaderLookup& headers) const;

  private:
    std::vector<crypto::Digest> expected_;
};

} // namespace settled::connectors
