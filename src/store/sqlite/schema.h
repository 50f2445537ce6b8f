// Brings the database file to this program's schema.
#pragma once

#include "store/sqlite/connection.h"

namespace settled::store::sqlite {

// Runs what is missing of migrations(), each in its own transaction, and says how many. Fails with
// store_version when the file was written by a newer program.
Result<int> migrate(Connection& connection);

} // namespace settled::store::sqlite
