// ClearBank signs each webhook with RSA over the exact bytes of the body and sends the signature,
// in base64, in the header DigitalSignature; our answer is signed the same way.
#pragma once

#include "connectors/inputs.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace settled::connectors::clearbank {

inline constexpr std::string_view signature_header = "DigitalSignature";

// Any of the keys may have signed, so that the bank can change them. Fails with signature_missing,
// signature_malformed, signature_invalid. Gives the place of the key that has.
Result<std::size_t> check_signature(std::span<const std::shared_ptr<const crypto::Verifier>> keys,
                                    std::optional<std::string_view> header, std::string_view body);

} // namespace settled::connectors::clearbank
