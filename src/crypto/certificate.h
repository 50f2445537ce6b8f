// X.509 certificates as texts: what a bank may give in place of its public key.
#pragma once

#include "base/clock.h"

#include <optional>
#include <string_view>

namespace settled::crypto {

// When the first certificate of a PEM text ends; nullopt: it holds none, or its end cannot be read.
std::optional<Instant> certificate_end(std::string_view pem);

} // namespace settled::crypto
