// The embedded engine: SQLite in WAL mode with synchronous=FULL, in one directory.
//
// One thread owns the only writing connection. It takes every unit that waits, runs them in one
// transaction and commits; when few wait under load it gives them up to limits::commit_wait_max for
// company. The same thread checkpoints (Debian's SQLite has a bug that two checkpointing
// connections can hit), so no other connection ever does. Readers are read-only connections on
// threads of their own.
#pragma once

#include "base/rising_clock.h"
#include "store/store.h"

#include <cstdint>
#include <memory>
#include <string>

namespace settled::store::sqlite {

struct Options {
    std::string directory; // made if it is not there; ours alone (store/queries/private_files.h)
    int write_cache_kib = 64 * 1024; // page cache of the writer
    int read_cache_kib = 8 * 1024;   // of each reader
    int readers = 2;
    // The time inside: goes on from the latest that the store has seen, and each commit leaves it
    // there, to a second. None: for tools that make no facts.
    RisingClock* time = nullptr;
};

// Opens or makes the store. Fails with store_locked when another process has it,
// not_private, io_failed, store_version, store_corrupt.
Result<std::unique_ptr<Store>> open(Options options);

// Opens an existing store for reading only, while a server may have it open; every write is
// refused. Fails with store_missing when there is none, and store_version when its schema is not
// this program's.
Result<std::unique_ptr<Store>> open_for_reading(const std::string& directory);

// The version of the store's schema, which may be another one than this program's; changes nothing, and a server may
// have it open. Fails with store_missing, store_corrupt, io_failed.
Result<std::int64_t> schema_version(const std::string& directory);

// Only brings the schema up to date; says how many migrations ran.
Result<int> migrate_directory(const std::string& directory);

} // namespace settled::store::sqlite
