// Files of the user alone: read only if they are, replaced as a whole.
#pragma once

#include "base/error.h"

#include <optional>
#include <string>

namespace settled::cli {

// nullopt: there is no such file. Fails with io_failed when it is another user's, when others may
// open it, or when it cannot be read.
Result<std::optional<std::string>> read_private_file(const std::string& path);
// Mode 0600. A machine that stops here leaves the old file or the new one. Fails with io_failed.
Result<> write_private_file(const std::string& path, const std::string& text);

} // namespace settled::cli
