#include "store/sqlite/schema.h"

#include "store/migrations.h"

#include <fmt/format.h>

namespace settled::store::sqlite {

namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

std::string in_our_dialect(std::string_view sql) {
    std::string text(sql);
    replace_all(text, "/*table*/", "STRICT");
    replace_all(text, "/*narrow*/", "STRICT, WITHOUT ROWID");
    return text;
}

} // namespace

Result<int> migrate(Connection& connection) {
    TRY_VOID(
        connection.script("CREATE TABLE IF NOT EXISTS schema_migration (version INTEGER NOT NULL "
                          "PRIMARY KEY, name TEXT NOT NULL) STRICT;"
                          // The clock that PostgreSQL has, too; here it is the machine's.
                          "CREATE VIEW IF NOT EXISTS clock_now AS SELECT CAST((julianday('now') - "
                          "2440587.5) * 86400000000 AS INTEGER) AS us;"
                          // The size of a database; here it is the size of files.
                          "CREATE VIEW IF NOT EXISTS database_size AS SELECT NULL AS bytes"));
    TRY(const std::int64_t have,
        connection.number("SELECT coalesce(max(version), 0) FROM schema_migration"));
    const auto known = migrations();
    if (have > static_cast<std::int64_t>(known.size()))
        return fail(
            Code::store_version,
            fmt::format(
                "the data has schema {}, this program knows up to {}; run the newer program", have,
                known.size()));
    for (const Migration& migration : known.subspan(static_cast<std::size_t>(have)))
        TRY_VOID(connection.script(fmt::format(
            "BEGIN IMMEDIATE;\n{}\nINSERT INTO schema_migration VALUES ({}, '{}');\nCOMMIT;",
            in_our_dialect(migration.sql), migration.version, migration.name)));
    return static_cast<int>(known.size()) - static_cast<int>(have);
}

} // namespace settled::store::sqlite
