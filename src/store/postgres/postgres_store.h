// The engine for more than one machine: PostgreSQL, by libpq in pipeline mode.
//
// A few threads commit, each with a connection of its own. One takes every unit that waits, mixes
// their statements in one pipeline and one transaction, and commits once. Isolation is READ
// COMMITTED; units that must not run concurrently name locks (store/lock.h). The same locks keep
// other nodes on the same database apart.
//
// When a connection is lost during a commit, the engine first asks the database for the commit's
// outcome and only then answers (docs/decisions/0011-postgres.md). While there is no connection,
// units fail with store_unavailable within seconds, and the engine connects again by itself.
#pragma once

#include "base/rising_clock.h"
#include "base/rng.h"
#include "base/secret.h"
#include "store/store.h"

#include <cstdint>
#include <memory>
#include <string>

namespace settled::store::postgres {

// What becomes of the schema when the store is opened.
enum class SchemaUse : std::uint8_t {
    make,     // in a database that has none; an older one is brought up to date
    update,   // of a database that has one, when it is older; none is store_missing
    as_it_is, // nothing is changed; another one than this program's is store_version
};

struct Options {
    Secret url;      // postgresql://user@host1,host2/database?sslmode=verify-full
    Secret password; // empty: in the URL, or where libpq looks for it (PGPASSFILE)
    int writers = 1;
    int readers = 2;
    // The time inside: follows the database's clock, goes on from the latest that the store has
    // seen, and each commit leaves it there. None: for tools that make no facts.
    RisingClock* time = nullptr;
    SchemaUse schema = SchemaUse::make;
};

// Whether a store URL means this engine.
bool is_postgres_url(std::string_view url);
// Whether the client library can read it; connects to nothing. Fails with config_invalid; the
// detail shows nothing of the URL, which may hold a password.
Result<> check_url(const Secret& url);

// Opens the store, with its schema as the options say. Fails with store_unavailable, store_version,
// store_missing, config_invalid.
Result<std::unique_ptr<Store>> open(Options options, Rng& rng);

// Only brings the schema up to date; says how many migrations ran.
Result<int> migrate(Options options);

// The version of the database's schema, which may be another one than this program's; changes nothing. Fails with
// store_missing, store_unavailable, config_invalid.
Result<std::int64_t> schema_version(Options options);

} // namespace settled::store::postgres
