// The installation's master key: 32 random bytes in DATA/master.key (mode 0400), made at the first
// start. Everything that the store keeps sealed or hashed depends on it: back it up apart from the
// database.
#pragma once

#include "base/error.h"
#include "base/rng.h"
#include "base/secret.h"

#include <string>

namespace settled::app {

// Fails with key_unreadable when the file is there but not ours, too open, or of another size.
Result<Secret> open_master_key(const std::string& directory, Rng& rng);

} // namespace settled::app
