// Files that only the server's user may read: the store holds names, accounts and amounts.
#pragma once

#include "base/error.h"

#include <string>

namespace settled::store {

// Makes the directory (mode 0700) if it is not there. One that others may enter or read is refused
// with not_private, and the text has the command that closes it; io_failed when it cannot be made.
Result<> make_private_directory(const std::string& path);

// Takes all rights except the owner's from a file that is there, such as one that an earlier
// version made. Fails with not_private when that cannot be done.
Result<> make_file_private(const std::string& path);

} // namespace settled::store
