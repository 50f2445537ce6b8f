// "pkcs11:token=settled;object=signing?pin-source=file:/run/secrets/hsm.pin" (RFC 7512).
//
// Path attributes, which must all agree with what is in the token: token, serial, manufacturer,
// model, slot-id, object, id, type; each once, and no others. Query attributes: module-path and
// pin-source. A URI is stored, listed and given on command lines, so none may carry the PIN itself
// (pin-value) or name a program (pin-source=|…), and none loads code (module-name).
#pragma once

#include "base/error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace settled::custody::pkcs11 {

enum class ObjectType : std::uint8_t { private_key, public_key, certificate, secret_key, data };

// Which token is meant: what is empty fits any.
struct TokenSelector {
    std::string label;
    std::string serial;
    std::string manufacturer;
    std::string model;
    std::optional<unsigned long> slot_id = {};
};

struct Uri {
    TokenSelector token;
    std::string object; // its label; empty: any
    std::string id;     // bytes of CKA_ID; empty: any
    std::optional<ObjectType> type = {};
    std::string module_path; // empty: the only module, or the one that has the token
    std::string pin_source;  // URI of the PIN; empty: none is used
};

// Fails with value_invalid; the detail repeats nothing of the URI.
Result<Uri> parse_uri(std::string_view text);

} // namespace settled::custody::pkcs11
