// Passwords of people, as they are stored: Argon2id (RFC 9106) with a salt of its own each.
//
// Each call takes a tenth of a second of a core and 64 MiB: never on a thread that serves others.
#pragma once

#include "base/rng.h"
#include "base/secret.h"

#include <string>

namespace settled::crypto {

// "$argon2id$v=19$m=65536,t=3,p=1$…$…"
std::string hash_password(const Secret& password, Rng& rng);
// In constant time for one hash. A text that is no such hash holds for no password.
bool password_holds(const Secret& password, const std::string& hash);

} // namespace settled::crypto
