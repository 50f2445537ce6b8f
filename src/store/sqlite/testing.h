// SQLite for tests that are about it, whatever engine the others run on.
#pragma once

#include "store/sqlite/sqlite_store.h"
#include "store/testing.h"

namespace settled::store::sqlite::testing {

inline Result<std::unique_ptr<Store>> try_open_store(const std::string& directory) {
    return open({directory, 1024, 256, 2});
}

inline std::unique_ptr<Store> open_store(const std::string& directory) {
    return store::testing::must(try_open_store(directory));
}

} // namespace settled::store::sqlite::testing
