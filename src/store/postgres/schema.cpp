#include "store/postgres/schema.h"

#include "store/migrations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace settled::store::postgres {

namespace {

// A migration may rebuild an index of a large table; a node that waits for a migration elsewhere
// waits as long. A table's lock is waited for a short time only, since all traffic queues after us.
constexpr const char* begin_sql =
    "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; "
    "SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_advisory_xact_lock({}); "
    "SET LOCAL lock_timeout = '10s'; ";

// The engine's own tables, the database's clock in microseconds, and its size. Rows of writers that ended
// long ago go when a new one comes, except the one with the latest time inside.
constexpr const char* own_tables_sql =
    "CREATE TABLE IF NOT EXISTS schema_migration (version BIGINT NOT NULL PRIMARY KEY, name TEXT "
    "NOT NULL); "
    "CREATE TABLE IF NOT EXISTS writer_mark (writer_id BIGINT NOT NULL PRIMARY KEY, sequence "
    "BIGINT NOT NULL, fence BIGINT NOT NULL, seen_at TIMESTAMPTZ NOT NULL) WITH (fillfactor = 50); "
    "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'writer_mark'::regclass "
    "AND attname = 'time_us') THEN ALTER TABLE writer_mark ADD COLUMN time_us BIGINT NOT NULL "
    "DEFAULT 0; END IF; END $$; "
    "DELETE FROM writer_mark WHERE seen_at < now() - interval '2 days' AND time_us < "
    "(SELECT max(time_us) FROM writer_mark); "
    "DO $$ BEGIN IF to_regclass('clock_now') IS NULL THEN CREATE VIEW clock_now AS SELECT "
    "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS us; END IF; "
    "IF to_regclass('database_size') IS NULL THEN CREATE VIEW database_size AS SELECT "
    "pg_database_size(current_database()) AS bytes; END IF; END $$; COMMIT";

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> words{
    {{"INTEGER", "BIGINT"},
     {"BLOB", "BYTEA"},
     {"TEXT", "TEXT COLLATE \"C\""},
     {"/*table*/", ""},
     {"/*narrow*/", ""}}};

bool is_word_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Whether a whole word stands at `at`, and no part of a longer one.
bool stands_at(std::string_view sql, std::size_t at, std::string_view word) {
    if (!sql.substr(at).starts_with(word))
        return false;
    const std::size_t after = at + word.size();
    return !is_word_character(word.front()) ||
           ((at == 0 || !is_word_character(sql[at - 1])) &&
            (after == sql.size() || !is_word_character(sql[after])));
}

// Leaves no transaction open behind a failure.
Result<> in_one_transaction(Connection& connection, const std::string& sql) {
    const auto lock = static_cast<std::int64_t>(connection.salt() ^ 0x6d69677261746500U);
    const Attempt<> done = connection.script(fmt::format(fmt::runtime(begin_sql), lock) + sql);
    if (done)
        return {};
    (void)connection.recover();
    return std::unexpected(done.error().error);
}

} // namespace

std::string in_our_dialect(std::string_view sql) {
    std::string text;
    for (std::size_t at = 0; at < sql.size();) {
        const auto* found = std::ranges::find_if(
            words, [&](const auto& pair) { return stands_at(sql, at, pair.first); });
        if (found == words.end()) {
            text += sql[at++];
            continue;
        }
        text += found->second;
        at += found->first.size();
    }
    return text;
}

Result<> require_schema(Connection& connection) {
    const auto rows = connection.run_text(
        "SELECT count(*) FROM pg_class WHERE oid = to_regclass('schema_migration')");
    if (!rows)
        return std::unexpected(rows.error().error);
    if (rows->front().integer(0) == 0)
        return fail(Code::store_missing, "the database has none");
    return {};
}

Result<std::int64_t> version_of(Connection& connection) {
    const auto rows = connection.run_text("SELECT coalesce(max(version), 0) FROM schema_migration");
    if (!rows)
        return std::unexpected(rows.error().error);
    return rows->front().integer(0);
}

Result<> require_our_schema(Connection& connection) {
    TRY(const std::int64_t have, version_of(connection));
    if (have == newest_schema())
        return {};
    return fail(Code::store_version, other_schema(have));
}

Result<int> migrate(Connection& connection) {
    TRY_VOID(in_one_transaction(connection, own_tables_sql));
    int done = 0;
    while (true) {
        TRY(const std::int64_t have, version_of(connection));
        const auto known = migrations();
        if (have > static_cast<std::int64_t>(known.size()))
            return fail(Code::store_version, fmt::format("the database has schema {}, this program "
                                                         "knows up to {}; run the newer program",
                                                         have, known.size()));
        if (have == static_cast<std::int64_t>(known.size()))
            return done;
        const Migration& next = known[static_cast<std::size_t>(have)];
        // Nothing happens where another node was faster: its row is there, and this one's insert
        // fails before the next look.
        const Result<> ran = in_one_transaction(
            connection, fmt::format("INSERT INTO schema_migration VALUES ({}, '{}');\n{}\nCOMMIT",
                                    next.version, next.name, in_our_dialect(next.sql)));
        if (!ran && ran.error().code != Code::constraint_violated)
            return std::unexpected(ran.error());
        done += ran ? 1 : 0;
    }
}

} // namespace settled::store::postgres
