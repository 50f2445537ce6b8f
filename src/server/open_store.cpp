#include "server/open_store.h"

#include "crypto/hash.h"
#include "custody/custody.h"
#include "custody/schemes.h"
#include "server/master_key.h"
#include "server/run.h"
#include "store/copy/copy.h"
#include "store/migrations.h"
#include "store/postgres/postgres_store.h"
#include "store/queries/installation.h"
#include "store/queries/private_files.h"
#include "store/sqlite/sqlite_store.h"
#include "units/evidence/rekey.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

namespace settled::server {

namespace {

using store::Session;

// Which secret it is: a server waits for it (waiting_server.h).
Result<Secret> of_setting(std::string_view setting, Result<Secret> read) {
    if (!read)
        return fail(read.error().code, fmt::format("{}: {}", setting, read.error().detail));
    return read;
}

Result<Secret> master_key_of(const Config& config, bool store_is_there, Rng& rng) {
    return of_setting("store.master_key",
                      open_master_key(master_key_file(config), store_is_there, rng));
}

Result<store::postgres::Options> postgres_options(const Config& config) {
    store::postgres::Options options;
    options.url = Secret(config.store_url);
    options.writers = config.store_writers;
    if (!config.store_password.empty()) {
        TRY(options.password,
            of_setting("store.password",
                       custody::read_secret(custody::secret_uri(config.store_password))));
    }
    return options;
}

Bytes check_of(const Secret& master) {
    const Secret derived = crypto::derive_key(master, "installation/check");
    const crypto::Digest digest = crypto::sha256(derived.reveal()); // reveals nothing of the key
    return {digest.begin(), digest.end()};
}

Task<Result<std::optional<Bytes>>> find_check(store::Store& store) {
    co_return co_await store.read<std::optional<Bytes>>([](Session& s) {
        return store::find_installation_value(s, store::installation_master_key_check);
    });
}

Task<Result<Bytes>> keep_check(store::Store& store, Bytes check) {
    co_return co_await store.write<Bytes>([check](Session& s) {
        return store::keep_installation_value(s, store::installation_master_key_check, check);
    });
}

Error store_missing(const Config& config) {
    if (config.store_url.empty())
        return {Code::store_missing, "there is none in " + config.data + "; is --data right?"};
    return {Code::store_missing, "the database of store.url has none; is the URL right?"};
}

// With another master key nothing that is sealed could be opened, and no payment would find its
// settlement.
Result<> confirm_master_key(store::Store& store, const Secret& master, const std::string& path,
                            IfMissing if_missing) {
    TRY(const auto found, run_to_end(find_check(store)));
    const Bytes ours = check_of(master);
    if (found ? *found == ours : if_missing == IfMissing::refuse)
        return {};
    TRY(const Bytes kept, run_to_end(keep_check(store, ours)));
    if (kept != ours)
        return fail(Code::key_unsuitable, path + " is not the master key that this store was begun "
                                                 "with; all nodes need the same file");
    return {};
}

Task<Result<std::map<TenantId, units::KeyState>>> read_key_states(store::Store& store) {
    co_return co_await store.read<std::map<TenantId, units::KeyState>>(
        [](Session& s) { return units::key_states(s); });
}

Result<OpenedStore> open_sqlite(const Config& config, Rng& rng, IfMissing if_missing,
                                RisingClock* time) {
    const bool is_there = std::filesystem::exists(config.data + "/settled.db");
    if (!is_there && if_missing == IfMissing::refuse)
        return std::unexpected(store_missing(config));
    OpenedStore opened;
    opened.is_new = !is_there;
    TRY_VOID(store::make_private_directory(config.data)); // before the key is in it
    TRY(opened.master, master_key_of(config, is_there, rng));
    TRY(opened.store, store::sqlite::open({.directory = config.data, .time = time}));
    TRY_VOID(run_to_end(store::refuse_unfinished_copy(*opened.store)));
    return opened;
}

Result<OpenedStore> open_postgres(const Config& config, Rng& rng, IfMissing if_missing,
                                  RisingClock* time) {
    TRY(auto options, postgres_options(config));
    options.schema = if_missing == IfMissing::make ? store::postgres::SchemaUse::make
                                                   : store::postgres::SchemaUse::update;
    options.time = time;
    // The key and the control socket are there.
    if (if_missing == IfMissing::make || std::filesystem::exists(config.data))
        TRY_VOID(store::make_private_directory(config.data));
    OpenedStore opened;
    auto store = store::postgres::open(std::move(options), rng);
    if (!store && store.error().code == Code::store_missing)
        return std::unexpected(store_missing(config));
    TRY(opened.store, std::move(store));
    TRY_VOID(run_to_end(store::refuse_unfinished_copy(*opened.store)));
    TRY(const auto check, run_to_end(find_check(*opened.store)));
    opened.is_new = !check && if_missing == IfMissing::make;
    TRY(opened.master, master_key_of(config, !opened.is_new, rng));
    return opened;
}

Result<std::unique_ptr<store::Store>> open_postgres_for_reading(const Config& config, Rng& rng) {
    TRY(auto options, postgres_options(config));
    options.schema = store::postgres::SchemaUse::as_it_is;
    auto store = store::postgres::open(std::move(options), rng);
    if (!store && store.error().code == Code::store_missing)
        return std::unexpected(store_missing(config));
    return store;
}

} // namespace

std::string master_key_file(const Config& config) {
    return config.master_key.empty() ? config.data + "/master.key" : config.master_key;
}

std::string store_name(const Config& config) {
    return config.store_url.empty() ? config.data + "/settled.db" : "the database of store.url";
}

void report_new_store(const Config& config) {
    fmt::print(stderr, "settled: made a new store, {}, and its master key, {}\n",
               store_name(config), master_key_file(config));
}

Result<OpenedStore> open_store(const Config& config, Rng& rng, IfMissing if_missing,
                               RisingClock* time) {
    TRY(OpenedStore opened, config.store_url.empty()
                                ? open_sqlite(config, rng, if_missing, time)
                                : open_postgres(config, rng, if_missing, time));
    TRY_VOID(confirm_master_key(*opened.store, opened.master, master_key_file(config), if_missing));
    return opened;
}

Result<units::KeyVersions> read_key_versions(store::Store& store) {
    TRY(const auto states, run_to_end(read_key_states(store)));
    units::KeyVersions versions;
    for (const auto& [tenant, state] : states) {
        if (!state.is_done())
            return fail(Code::key_unsuitable,
                        fmt::format("the match keys of tenant {} are being replaced; let `settled "
                                    "store rekey` run to its end first",
                                    tenant.value));
        versions[tenant] = state.version;
    }
    return versions;
}

Result<OpenedStore> open_store_for_reading(const Config& config, Rng& rng) {
    OpenedStore opened;
    if (config.store_url.empty()) {
        if (!std::filesystem::exists(config.data + "/settled.db"))
            return std::unexpected(store_missing(config));
        TRY(opened.store, store::sqlite::open_for_reading(config.data));
    } else {
        TRY(opened.store, open_postgres_for_reading(config, rng));
        TRY_VOID(run_to_end(store::refuse_unfinished_copy(*opened.store)));
    }
    TRY(opened.master, master_key_of(config, true, rng));
    TRY(const auto check, run_to_end(find_check(*opened.store)));
    if (check && *check != check_of(opened.master))
        return fail(Code::key_unsuitable,
                    master_key_file(config) + " is not the master key of this store");
    return opened;
}

Result<Schemas> look_at_schema(const Config& config) {
    Schemas schemas{0, store::newest_schema()};
    if (config.store_url.empty()) {
        TRY(schemas.store, store::sqlite::schema_version(config.data));
        return schemas;
    }
    TRY(auto options, postgres_options(config));
    TRY(schemas.store, store::postgres::schema_version(std::move(options)));
    return schemas;
}

Result<std::unique_ptr<store::Store>> open_engine(const Config& config, Rng& rng) {
    if (config.store_url.empty())
        return store::sqlite::open({.directory = config.data});
    TRY(auto options, postgres_options(config));
    return store::postgres::open(std::move(options), rng);
}

Result<Migrated> migrate_store(const Config& config, Rng& rng) {
    Migrated migrated;
    if (config.store_url.empty()) {
        migrated.is_new = !std::filesystem::exists(config.data + "/settled.db");
        if (migrated.is_new) { // a store without its key would be refused ever after
            TRY(const OpenedStore opened, open_store(config, rng, IfMissing::make));
            opened.store->stop();
            return migrated;
        }
        TRY(migrated.count, store::sqlite::migrate_directory(config.data));
        return migrated;
    }
    TRY(auto options, postgres_options(config));
    TRY(migrated.count, store::postgres::migrate(std::move(options)));
    return migrated;
}

} // namespace settled::server
