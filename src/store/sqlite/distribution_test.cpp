// The schema against the rules for a database that is spread over machines, by SQLite's catalogue.
#include "store/distribution_test.h"

#include "store/sqlite/testing.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

namespace settled::store::sqlite {
namespace {

using store::testing::CatalogueIndex;
using store::testing::problem_of;
using store::testing::TemporaryDirectory;

std::string text(sqlite3_stmt* statement, int column) {
    return reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
}

// Every index of every table; for a table without a rowid its primary key is one, too.
std::vector<CatalogueIndex> indexes_of(sqlite3* db) {
    std::vector<CatalogueIndex> all;
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(db,
                       "SELECT t.name, i.name, i.\"unique\", coalesce(c.name, '(an expression)') "
                       "FROM sqlite_schema t, "
                       "pragma_index_list(t.name) i, pragma_index_info(i.name) c "
                       "WHERE t.type = 'table' ORDER BY t.name, i.name, c.seqno",
                       -1, &statement, nullptr);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        if (all.empty() || all.back().name != text(statement, 1))
            all.push_back({text(statement, 0),
                           text(statement, 1),
                           sqlite3_column_int(statement, 2) != 0,
                           {}});
        all.back().columns.push_back(text(statement, 3));
    }
    sqlite3_finalize(statement);
    return all;
}

TEST(SqliteDistribution, every_key_of_a_spread_table_begins_with_the_tenant) {
    const TemporaryDirectory directory;
    testing::open_store(directory.path())->stop();
    sqlite3* db = nullptr;
    sqlite3_open_v2(directory.file("settled.db").c_str(), &db, SQLITE_OPEN_READONLY, nullptr);
    const auto indexes = indexes_of(db);
    sqlite3_close_v2(db);
    store::testing::expect_spread(indexes);
}

TEST(SqliteDistribution, a_unique_key_of_all_tenants_would_be_found) {
    EXPECT_NE(problem_of({"payment", "payment_reference", true, {"reference"}}), "");
    EXPECT_NE(problem_of({"task", "task_due", true, {"lane_id"}}), "");
    EXPECT_NE(problem_of({"refund", "refund_key", true, {"tenant_id", "id"}}), "");
    EXPECT_EQ(problem_of({"payment", "payment_reference", true, {"tenant_id", "reference"}}), "");
}

} // namespace
} // namespace settled::store::sqlite
