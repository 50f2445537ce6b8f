// The installation's master key: 32 random bytes in DATA/master.key, or where store.master_key says
// (mode 0400), made at the first start and the same for all nodes of a store. Everything that the
// store keeps sealed or hashed depends on it: back it up apart from the database.
#pragma once

#include "base/error.h"
#include "base/rng.h"
#include "base/secret.h"

#include <string>

namespace settled::server {

// Fails with key_unreadable when the file is there but not ours, too open, or of another size.
// When `store_is_there`, a key that is missing is not made.
Result<Secret> open_master_key(const std::string& path, bool store_is_there, Rng& rng);

} // namespace settled::server
