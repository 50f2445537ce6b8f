// The secret that `settled listen` signs with when it forwards: of this user, one for each server,
// the same each time. Kept in ~/.config/settled/listen, closed to others, a line a server.
#pragma once

#include "base/error.h"
#include "base/rng.h"
#include "base/secret.h"

#include <string>

namespace settled::cli {

// "~/.config/settled/listen". Fails with io_failed: HOME is not set.
Result<std::string> signing_secret_file();
// "whsec_…" for the server of that name; made at the first time. Fails with io_failed.
Result<Secret> signing_secret(const std::string& file, const std::string& server, Rng& rng);

} // namespace settled::cli
