// Every statement that is linked into the program, against the schema.
#include "store/sqlite/connection.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/testing.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <set>

namespace settled::store::sqlite {
namespace {

using store::testing::must;
using store::testing::TemporaryDirectory;

struct Database {
    TemporaryDirectory directory;
    sqlite3* db = nullptr;

    Database() {
        testing::open_store(directory.path())->stop();
        sqlite3_open_v2(directory.file("settled.db").c_str(), &db, SQLITE_OPEN_READWRITE, nullptr);
    }
    ~Database() { sqlite3_close_v2(db); }

    sqlite3_stmt* prepare(const std::string& sql) const {
        sqlite3_stmt* statement = nullptr;
        EXPECT_EQ(sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
            << sqlite3_errmsg(db) << " in: " << sql;
        return statement;
    }
};

TEST(SqliteStatements, are_all_known_by_their_number) {
    const auto all = Statement::all();
    ASSERT_GT(all.size(), 60) << "the queries of the store are linked in";
    for (std::size_t i = 0; i < all.size(); ++i)
        EXPECT_EQ(all[i]->number(), i);
}

TEST(SqliteStatements, prepare_and_number_their_parameters_without_a_gap) {
    const Database database;
    for (const Statement* statement : Statement::all()) {
        sqlite3_stmt* prepared = database.prepare(std::string(statement->text()));
        ASSERT_NE(prepared, nullptr);
        const int count = sqlite3_bind_parameter_count(prepared);
        std::set<std::string> names;
        for (int i = 1; i <= count; ++i)
            names.insert(sqlite3_bind_parameter_name(prepared, i));
        EXPECT_LE(count, 48); // as many as both engines and a copy take
        EXPECT_EQ(names.size(), static_cast<std::size_t>(count));
        for (int i = 1; i <= count; ++i)
            EXPECT_TRUE(names.contains("$" + std::to_string(i))) << statement->text();
        sqlite3_finalize(prepared);
    }
}

TEST(SqliteSchema, one_settlement_has_one_payment_by_the_database_alone) {
    const Database database;
    const auto run = [&](const char* sql) {
        return sqlite3_exec(database.db, sql, nullptr, nullptr, nullptr);
    };
    const std::string insert =
        "INSERT INTO settlement_match (tenant_id, id, settlement_id, payment_id, rank, "
        "rule_version, evidence, matched_at) VALUES ";
    EXPECT_EQ(run((insert + "(1, 1, 10, 100, 1, 1, '{}', 0)").c_str()), SQLITE_OK);
    EXPECT_EQ(run((insert + "(1, 2, 10, 101, 1, 1, '{}', 0)").c_str()), SQLITE_CONSTRAINT);
    EXPECT_EQ(run((insert + "(1, 3, 11, 100, 1, 1, '{}', 0)").c_str()), SQLITE_CONSTRAINT);
    EXPECT_EQ(run((insert + "(2, 4, 10, 100, 1, 1, '{}', 0)").c_str()), SQLITE_OK)
        << "another tenant's ids are its own";
}

TEST(SqliteSchema, is_strict_about_types) {
    const Database database;
    EXPECT_EQ(sqlite3_exec(database.db, "INSERT INTO tenant VALUES (2, 'x', 'yesterday')", nullptr,
                           nullptr, nullptr),
              SQLITE_CONSTRAINT);
}

TEST(SqliteConnection, runs_with_the_settings_that_durability_needs) {
    TemporaryDirectory directory;
    auto connection = must(Connection::open(directory.file("x.db"), Access::read_write, 256));
    EXPECT_EQ(must(connection.number("PRAGMA synchronous")), 2) << "FULL";
    EXPECT_EQ(must(connection.number("PRAGMA wal_autocheckpoint")), 0);
    EXPECT_EQ(must(connection.number("PRAGMA foreign_keys")), 1);
    EXPECT_EQ(must(connection.number("PRAGMA trusted_schema")), 0);
    EXPECT_EQ(must(connection.number("SELECT count(*) FROM pragma_journal_mode "
                                     "WHERE journal_mode = 'wal'")),
              1);
}

} // namespace
} // namespace settled::store::sqlite
