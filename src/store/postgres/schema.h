// Brings the database to this program's schema. Several nodes may start at once: one of them
// migrates, the others wait for it and find nothing left to do.
#pragma once

#include "store/postgres/connection.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace settled::store::postgres {

// Runs what is missing of migrations(), each in its own transaction, and says how many. Fails with
// store_version when the database was brought to its schema by a newer program.
Result<int> migrate(Connection& connection);

// Fails with store_missing in a database that holds no schema of ours.
Result<> require_schema(Connection& connection);

// Of a database that holds a schema of ours.
Result<std::int64_t> version_of(Connection& connection);
// Fails with store_version where it is another one than this program's.
Result<> require_our_schema(Connection& connection);

// A migration's text in PostgreSQL's words: INTEGER is BIGINT, BLOB is BYTEA, TEXT compares by its
// bytes, and SQLite's marks go.
std::string in_our_dialect(std::string_view sql);

} // namespace settled::store::postgres
