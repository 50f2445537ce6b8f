// Backups of the embedded store, and putting one back (docs/operating/restore.md).
//
//   DIR/settled-2026-11-30T10-00-00Z/    0700, has this name only when it is whole and verified
//       settled.db                       0600, the store; names, accounts and amounts are in it
//       manifest.json                    0600, what it is: version, times, SHA-256, rows, audit heads
//
// The master key is never in a backup: without it the sealed parts of the store cannot be read.
#pragma once

#include "base/rng.h"
#include "server/config.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace settled::server {

struct BackupHead {
    std::int64_t number = 0; // 0: nothing was sealed
    std::string digest;
};
struct Manifest {
    std::string version; // of the program
    std::int64_t schema = 0;
    std::string begun, finished; // RFC 3339
    std::string sha256;          // of settled.db
    std::map<std::string, std::int64_t> rows;
    std::map<std::string, BackupHead> heads; // by tenant
};
std::string to_json(const Manifest& manifest);
// Fails with backup_damaged.
Result<Manifest> parse_manifest(std::string_view text);

// Says what is done, for people.
using Saying = std::function<void(std::string_view)>;

struct BackedUp {
    std::string directory;
    Manifest manifest;
    std::uintmax_t bytes = 0;
};
// Of the store that the settings name, which a server may be using. `over_socket`: asks that server for
// a copy at backup_file() and waits for it; false: none runs. Fails with store_missing, store_full (too
// little room), io_failed, key_unsuitable, backup_damaged (the copy does not hold what it must).
Result<BackedUp> back_up(const Config& config, const std::string& into, std::string_view version,
                         const std::function<Result<bool>()>& over_socket, const Saying& say);

struct Restored {
    Manifest manifest;
    std::string store; // its file
};
// Puts a backup into the data directory of the settings, which is new or empty, with its master key,
// and marks the store (units/calls/hold.h). Fails, and leaves nothing that a server would start on,
// with backup_damaged, key_unsuitable, state_conflict (the directory is not empty), io_failed.
Result<Restored> restore(const Config& config, const std::string& from,
                         const std::string& master_key, const Saying& say);

// Marks the store that the settings name, after it was put back by other means. No embedded server may
// run; nodes of a database may.
Result<> mark_restored(const Config& config);

} // namespace settled::server
