#include "server/backup.h"

#include "base/bytes.h"
#include "crypto/hash.h"
#include "server/backup_desk.h"
#include "server/backup_files.h"
#include "server/open_store.h"
#include "server/run.h"
#include "store/copy/copy_tables.h"
#include "store/migrations.h"
#include "store/queries/directory.h"
#include "store/queries/seals.h"
#include "store/sqlite/online_copy.h"
#include "store/sqlite/sqlite_store.h"
#include "units/calls/hold.h"
#include "units/evidence/audit.h"
#include "wire/json.h"
#include "wire/json_writer.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <filesystem>

namespace settled::server {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t audited_at_once = 500;

// Where the settings would find the store if it were in that directory, under this master key.
Config config_for(const Config& config, const std::string& directory) {
    Config moved = config;
    moved.data = directory;
    moved.store_url.clear();
    moved.master_key = master_key_file(config);
    return moved;
}

struct TenantHead {
    std::string name;
    TenantId tenant;
    BackupHead head;
};

store::Step<std::vector<TenantHead>> read_heads(store::Session& s) {
    std::vector<TenantHead> heads;
    const auto tenants = co_await store::list_tenants(s);
    for (const store::TenantRow& tenant : tenants) {
        const auto seal = co_await store::last_seal(s, tenant.id);
        heads.push_back(
            {tenant.name, tenant.id, seal ? BackupHead{seal->number, seal->digest} : BackupHead{}});
    }
    co_return heads;
}

Task<Result<std::vector<TenantHead>>> find_heads(store::Store& store) {
    co_return co_await store.read<std::vector<TenantHead>>(read_heads);
}

// The chain of seals up to the head.
Task<Result<>> prove_chain(store::Store& store, const units::TenantKeys& keys, TenantId tenant) {
    units::AuditCursor cursor;
    while (cursor.phase == units::AuditPhase::chain) {
        auto read =
            co_await store.read<units::AuditPage>([&keys, tenant, cursor](store::Session& s) {
                return units::audit(s, keys, tenant, cursor, audited_at_once);
            });
        CO_TRY(const units::AuditPage page, std::move(read));
        if (!page.findings.empty())
            co_return fail(Code::backup_damaged,
                           fmt::format("the chain of evidence does not hold at {}: {}",
                                       page.findings.front().subject, page.findings.front().what));
        cursor = page.next;
    }
    co_return Result<>{};
}

// What is in the copy, proved: SQLite's own check, the master key, each tenant's chain.
Result<std::map<std::string, BackupHead>> prove(const Config& config) {
    SystemRng rng;
    TRY_VOID(store::sqlite::check_integrity(config.data + "/settled.db"));
    TRY(OpenedStore opened, open_store_for_reading(config, rng));
    TRY(const auto heads, run_to_end(find_heads(*opened.store)));
    const units::TenantKeys keys(std::move(opened.master));
    std::map<std::string, BackupHead> found;
    for (const TenantHead& each : heads) {
        TRY_VOID(run_to_end(prove_chain(*opened.store, keys, each.tenant)));
        found[each.name] = each.head;
    }
    opened.store->stop();
    return found;
}

bool same(const std::map<std::string, BackupHead>& a, const std::map<std::string, BackupHead>& b) {
    return std::ranges::equal(a, b, [](const auto& one, const auto& other) {
        return one.first == other.first && one.second.number == other.second.number &&
               one.second.digest == other.second.digest;
    });
}

Result<std::map<std::string, std::int64_t>> count_rows(const std::string& file) {
    std::map<std::string, std::int64_t> rows;
    for (const store::CopiedTable& table : store::copied_tables()) {
        TRY(rows[table.name], store::sqlite::count_rows(file, table.name));
    }
    return rows;
}

// The store's files as they are, with room to spare.
std::uintmax_t bytes_needed(const Config& config) {
    std::uintmax_t bytes = 16 * 1024 * 1024;
    for (const char* const name : {"/settled.db", "/settled.db-wal"}) {
        std::error_code none;
        const std::uintmax_t size = fs::file_size(config.data + name, none);
        bytes += none ? 0 : size;
    }
    return bytes;
}

Result<> make_copy(const Config& config, const std::string& file,
                   const std::function<Result<bool>()>& over_socket) {
    TRY(const bool done, over_socket());
    if (!done)
        return store::sqlite::copy_directory(config.data, file);
    return move_file(backup_file(config), file);
}

Result<Manifest> describe(const Config& config, std::string_view version, std::string begun,
                          const Saying& say) {
    Manifest manifest;
    manifest.version = version;
    manifest.schema = static_cast<std::int64_t>(store::migrations().size());
    manifest.begun = std::move(begun);
    say("verifying the copy");
    TRY(manifest.heads, prove(config));
    TRY(manifest.rows, count_rows(config.data + "/settled.db"));
    TRY(manifest.sha256, sha256_of_file(config.data + "/settled.db"));
    manifest.finished = wire::to_rfc3339(SystemClock().wall());
    return manifest;
}

Result<> check_against(const Manifest& manifest, const std::string& from) {
    TRY(const std::string sum, sha256_of_file(from + "/settled.db"));
    if (sum != manifest.sha256)
        return fail(Code::backup_damaged, from + "/settled.db has another SHA-256 than its "
                                                 "manifest says");
    const auto ours = static_cast<std::int64_t>(store::migrations().size());
    if (manifest.schema > ours)
        return fail(Code::store_version,
                    fmt::format("the backup has schema {}, this program's is {}: use the program "
                                "that made it, {}, or a later one",
                                manifest.schema, ours, manifest.version));
    return {};
}

Task<Result<>> write_mark(store::Store& store, Instant now) {
    co_return co_await store.write<void>(
        [now](store::Session& s) { return units::mark_restored(s, now); });
}

} // namespace

Result<BackedUp> back_up(const Config& config, const std::string& into, std::string_view version,
                         const std::function<Result<bool>()>& over_socket, const Saying& say) {
    if (!fs::exists(config.data + "/settled.db"))
        return fail(Code::store_missing, "there is none in " + config.data + "; is --data right?");
    const std::uintmax_t needed = bytes_needed(config);
    TRY_VOID(need_room(config.data, needed));
    TRY_VOID(need_room(into, needed));
    std::string begun = wire::to_rfc3339(SystemClock().wall());
    const std::string name = "settled-" + name_of_time(begun);
    const UnfinishedDirectory part(into + "/." + name + ".part");
    TRY_VOID(part.make());
    say("copying the store");
    TRY_VOID(make_copy(config, part.path() + "/settled.db", over_socket));
    TRY_VOID(store::make_file_private(part.path() + "/settled.db"));
    BackedUp done;
    TRY(done.manifest, describe(config_for(config, part.path()), version, std::move(begun), say));
    TRY_VOID(drop_side_files(part.path()));
    TRY_VOID(write_private_file(part.path() + "/manifest.json", to_json(done.manifest)));
    done.directory = into + "/" + name;
    done.bytes = fs::file_size(part.path() + "/settled.db");
    TRY_VOID(part.finish_as(done.directory));
    return done;
}

Result<Restored> restore(const Config& config, const std::string& from,
                         const std::string& master_key, const Saying& say) {
    TRY(const std::string text, read_file(from + "/manifest.json"));
    Restored restored;
    TRY(restored.manifest, parse_manifest(text));
    say("checking the backup");
    TRY_VOID(check_against(restored.manifest, from));
    TRY_VOID(need_empty(config.data));
    const UnfinishedDirectory part(config.data + ".part");
    TRY_VOID(part.make());
    TRY_VOID(copy_private_file(from + "/settled.db", part.path() + "/settled.db", 0600));
    TRY_VOID(copy_private_file(master_key, part.path() + "/master.key", 0400));
    Config moved = config;
    moved.data = part.path();
    moved.store_url.clear();
    moved.master_key.clear();
    SystemRng rng;
    TRY(const auto migrated, migrate_store(moved, rng));
    if (migrated.count > 0)
        say("the schema was brought up to date");
    TRY(const auto heads, prove(moved));
    if (!same(heads, restored.manifest.heads))
        return fail(Code::backup_damaged,
                    "the evidence ends elsewhere than the manifest says: another backup's store?");
    TRY_VOID(mark_restored(moved));
    TRY_VOID(part.finish_as(config.data));
    restored.store = config.data + "/settled.db";
    return restored;
}

Result<> mark_restored(const Config& config) {
    SystemRng rng;
    SystemClock machine;
    RisingClock clock(machine);
    TRY(const OpenedStore opened, open_store(config, rng, IfMissing::refuse, &clock));
    const auto marked = run_to_end(write_mark(*opened.store, clock.now()));
    opened.store->stop();
    return marked;
}

std::string to_json(const Manifest& manifest) {
    wire::JsonWriter w;
    w.object().member("version", manifest.version).member("schema", manifest.schema);
    w.member("begun", manifest.begun).member("finished", manifest.finished);
    w.member("sha256", manifest.sha256).key("rows").object();
    for (const auto& [table, rows] : manifest.rows)
        w.member(table, rows);
    w.end().key("heads").object();
    for (const auto& [tenant, head] : manifest.heads)
        w.key(tenant).object().member("number", head.number).member("digest", head.digest).end();
    w.end().end();
    return std::move(w).text();
}

Result<Manifest> parse_manifest(std::string_view text) {
    const auto damaged = [] {
        return fail(Code::backup_damaged, "manifest.json is not one of a backup");
    };
    const auto document = wire::JsonDocument::parse(text);
    if (!document || !document->root().is_object())
        return damaged();
    const wire::Json root = document->root();
    const auto text_of = [&root](std::string_view name) {
        const auto value = root.member(name);
        return std::string(value ? value->string().value_or("") : "");
    };
    Manifest manifest;
    manifest.version = text_of("version");
    manifest.begun = text_of("begun");
    manifest.finished = text_of("finished");
    manifest.sha256 = text_of("sha256");
    const auto schema = root.member("schema");
    manifest.schema = schema ? schema->integer().value_or(0) : 0;
    const auto heads = root.member("heads");
    if (manifest.sha256.size() != 64 || manifest.schema < 1 || !heads || !heads->is_object())
        return damaged();
    for (std::size_t i = 0; i < heads->size(); ++i) {
        const auto number = heads->at(i).member("number");
        const auto digest = heads->at(i).member("digest");
        if (!number || !digest)
            return damaged();
        manifest.heads[std::string(heads->name_at(i))] = {
            number->integer().value_or(0), std::string(digest->string().value_or(""))};
    }
    return manifest;
}

} // namespace settled::server
