// OpenSSL's FIPS provider, where the installation asks for it.
//
// Once, before the first key is read and before other threads run.
#pragma once

#include "base/error.h"

#include <string>

namespace settled::crypto {

// From here on every algorithm is fetched from the FIPS provider alone (fips=yes). Fails with
// custody_unsupported: this machine has none, as Debian 12.
Result<> use_fips();

// Name and version; empty: it is not loaded.
std::string fips_provider();

} // namespace settled::crypto
