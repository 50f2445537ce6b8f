// The store that the settings name, and the master key that belongs to it.
#pragma once

#include "base/rising_clock.h"
#include "base/rng.h"
#include "base/secret.h"
#include "server/config.h"
#include "store/store.h"
#include "units/evidence/tenant_keys.h"

#include <cstdint>
#include <memory>

namespace settled::server {

struct OpenedStore {
    std::unique_ptr<store::Store> store;
    Secret master;
    bool is_new = false; // was made just now
};

// What becomes of a store that is not there. Commands that begin an installation make it, with its
// master key; to all others it is a mistake, and they leave nothing behind.
enum class IfMissing : std::uint8_t { make, refuse };

// Opens SQLite in the data directory, or the PostgreSQL of store.url. Fails with store_missing,
// with key_unsuitable when the store was begun with another master key, with copy_unfinished, and
// with what the engine and the place of the master key or the password say; then the detail begins with the
// setting's name, "store.master_key: " or "store.password: ".
// `time`, where there is one, follows the store's clock and goes on from the latest time that the
// store has seen; each commit leaves it there.
Result<OpenedStore> open_store(const Config& config, Rng& rng, IfMissing if_missing,
                               RisingClock* time = nullptr);

// "./data/settled.db", or that it is the database; never a URL, which may hold a password.
std::string store_name(const Config& config);
// Says on standard error that a store was made, for commands.
void report_new_store(const Config& config);

// The version of each tenant's key. Fails with key_unsuitable when a tenant is half rekeyed: where
// one side of a pair is indexed under the old key, nothing may be matched. A process that matches
// reads this when it has its place among the nodes, so that a rekeying that looks for nodes sees
// it.
Result<units::KeyVersions> read_key_versions(store::Store& store);

// For commands that only read, while a server may run, maybe an older one's: nothing is changed, and SQLite refuses every
// write. The store must be there. Fails with store_version where its schema is another one than this program's.
Result<OpenedStore> open_store_for_reading(const Config& config, Rng& rng);

// Versions of schemas: the store's, which is looked at without changing it, and this program's. Fails as
// open_store_for_reading(), but not with store_version.
struct Schemas {
    std::int64_t store = 0;
    std::int64_t program = 0;
};
Result<Schemas> look_at_schema(const Config& config);

// Only the store, whatever it holds: to copy into.
Result<std::unique_ptr<store::Store>> open_engine(const Config& config, Rng& rng);

// Where the installation's master key is.
std::string master_key_file(const Config& config);

struct Migrated {
    int count = 0;
    bool is_new = false; // the store was made, with its master key
};
// Brings the schema up to date, and makes a store that is not there.
Result<Migrated> migrate_store(const Config& config, Rng& rng);

} // namespace settled::server
