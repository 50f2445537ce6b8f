// X.509 certificates as texts: what a bank may give in place of its public key.
#pragma once

#include "base/clock.h"

#include <optional>
#include <string>
#include <string_view>

namespace settled::crypto {

// When the first certificate of a PEM text ends; nullopt: it holds none, or its end cannot be read.
std::optional<Instant> certificate_end(std::string_view pem);

// SHA-256 of the DER form of the first certificate, hex; empty: the text holds none.
std::string certificate_fingerprint(std::string_view pem);

} // namespace settled::crypto
