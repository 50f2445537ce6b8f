// The store that the settings name, and the master key that belongs to it.
#pragma once

#include "app/config.h"
#include "base/rng.h"
#include "base/secret.h"
#include "store/store.h"
#include "units/tenant_keys.h"

#include <memory>

namespace settled::app {

struct OpenedStore {
    std::unique_ptr<store::Store> store;
    Secret master;
};

// Opens SQLite in the data directory, or the PostgreSQL of store.url; makes store and key at the
// first start. Fails with key_unsuitable when the store was begun with another master key, with
// copy_unfinished, and with what the engine and the key's custody say.
Result<OpenedStore> open_store(const Config& config, Rng& rng);

// Under which version of their keys tenants are. Fails with key_unsuitable when one is half
// rekeyed: where one side of a pair stands under the old key, nothing may be matched. Whoever
// matches reads this when it has its place among the nodes, so that a rekeying that looks for nodes
// sees it.
Result<units::KeyVersions> read_key_versions(store::Store& store);

// For commands that only read, beside a server that runs: SQLite refuses every write. The store
// must be there.
Result<OpenedStore> open_store_for_reading(const Config& config, Rng& rng);

// Only the store, whatever it holds: to copy into.
Result<std::unique_ptr<store::Store>> open_engine(const Config& config, Rng& rng);

// Where the installation's master key is.
std::string master_key_file(const Config& config);

// Brings the schema up to date and says how many migrations ran.
Result<int> migrate_store(const Config& config);

} // namespace settled::app
