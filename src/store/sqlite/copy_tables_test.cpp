// What a copy carries, against what the migrations make.
#include "store/copy/copy_tables.h"
#include "store/sqlite/testing.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>
#include <set>

namespace settled::store::sqlite {
namespace {

using store::testing::TemporaryDirectory;

struct Catalogue {
    TemporaryDirectory directory;
    sqlite3* db = nullptr;

    Catalogue() {
        testing::open_store(directory.path())->stop();
        sqlite3_open_v2(directory.file("settled.db").c_str(), &db, SQLITE_OPEN_READONLY, nullptr);
    }
    ~Catalogue() { sqlite3_close_v2(db); }

    std::vector<std::string> column(const std::string& sql) const {
        std::vector<std::string> all;
        sqlite3_stmt* statement = nullptr;
        EXPECT_EQ(sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr), SQLITE_OK) << sql;
        while (sqlite3_step(statement) == SQLITE_ROW)
            all.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
        sqlite3_finalize(statement);
        return all;
    }
};

std::string type_of(Value::Kind kind) {
    return kind == Value::Kind::integer ? "INTEGER" : kind == Value::Kind::text ? "TEXT" : "BLOB";
}

TEST(SqliteCopyTables, are_all_that_migrations_make) {
    const Catalogue catalogue;
    const auto names = catalogue.column("SELECT name FROM sqlite_schema WHERE type = 'table' AND "
                                        "name NOT IN ('schema_migration', 'sqlite_sequence')");
    std::set<std::string> copied;
    for (const CopiedTable& table : copied_tables())
        copied.insert(table.name);
    EXPECT_EQ(copied, std::set(names.begin(), names.end()));
}

TEST(SqliteCopyTables, have_every_column_with_its_type) {
    const Catalogue catalogue;
    for (const CopiedTable& table : copied_tables()) {
        std::multiset<std::string> carried;
        for (const CopiedColumn& column : table.columns)
            carried.insert(column.name + " " + type_of(column.kind));
        const auto there = catalogue.column("SELECT name || ' ' || type FROM pragma_table_info('" +
                                            table.name + "')");
        EXPECT_EQ(carried, std::multiset(there.begin(), there.end())) << table.name;
    }
}

TEST(SqliteCopyTables, are_read_in_the_order_of_their_primary_keys) {
    const Catalogue catalogue;
    for (const CopiedTable& table : copied_tables()) {
        const auto keys = catalogue.column("SELECT name FROM pragma_table_info('" + table.name +
                                           "') WHERE pk > 0 ORDER BY pk");
        ASSERT_EQ(keys.size(), table.keys) << table.name;
        for (std::size_t i = 0; i < keys.size(); ++i)
            EXPECT_EQ(keys[i], table.columns[i].name) << table.name;
    }
}

} // namespace
} // namespace settled::store::sqlite
