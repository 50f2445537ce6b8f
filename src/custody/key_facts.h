// What listings show of a signing key that is open.
#pragma once

#include "crypto/rsa.h"

#include <optional>
#include <string>

namespace settled::custody {

struct KeyFacts {
    std::string fingerprint; // SHA-256 of the public half's DER form, hex
    std::string algorithm;   // "RSA-2048"
    std::string weakness;    // of how it is kept, in a clause; empty: none is known
    std::optional<Error> trouble = std::nullopt; // for the operator: why it does not sign now
};

KeyFacts facts_of(const crypto::Signer& signer);

// What kind of place a URI names: "file", "env", "hsm", "secrets_manager", "s3"; empty: none.
std::string_view custody_of(std::string_view uri);

} // namespace settled::custody
