// How large the store is where it is a database.
#pragma once

#include "store/session.h"
#include "store/step.h"

#include <cstdint>
#include <optional>

namespace settled::store {

// Bytes of all tables and indexes on the database's disk; nullopt: the store is a file, whose size its
// directory shows.
Step<std::optional<std::int64_t>> find_database_size(Session& s);

} // namespace settled::store
