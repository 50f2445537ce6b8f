// The installation's master key: 32 random bytes in DATA/master.key, or where store.master_key says
// (mode 0400), made at the first start and the same for all nodes of a store. Everything that the
// store keeps sealed or hashed depends on it: back it up apart from the database.
#pragma once

#include "base/error.h"
#include "base/rng.h"
#include "base/secret.h"

#include <string>

namespace settled::server {

// A file, by its path or as file:/path; else a secret by its URI (custody/custody.h).
bool is_master_key_file(const std::string& place);
// Fails with key_unreadable when the file is there but not ours, too open, or of another size, and as the
// place of a URI does. When `store_is_there`, a key that is missing is not made; one that a URI names
// never is: the operator makes it there.
Result<Secret> open_master_key(const std::string& place, bool store_is_there, Rng& rng);

} // namespace settled::server
