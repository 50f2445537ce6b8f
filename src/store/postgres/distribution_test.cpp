// The schema against the rules for a database that is spread over machines, by the catalogue of
// PostgreSQL, on which such databases build.
#include "store/distribution_test.h"

#include "store/postgres/testing.h"

#include <gtest/gtest.h>

namespace settled::store::postgres {
namespace {

using store::testing::CatalogueIndex;

struct PostgresDistribution : ::testing::Test {
    std::string directory = "distribution"; // only a name for the schema
    std::string url = testing::Schemas::of_this_process().url_for(directory);
    std::unique_ptr<Connection> connection;

    void SetUp() override {
        ASSERT_TRUE(migrate({Secret(url), Secret()}).has_value());
        connection = testing::connect(url);
    }
    void TearDown() override { testing::Schemas::of_this_process().give_back(directory); }

    Rows ask(const char* sql) {
        auto rows = connection->run_text(sql);
        if (!rows)
            throw std::runtime_error(rows.error().error.detail);
        return std::move(*rows);
    }
};

TEST_F(PostgresDistribution, every_key_of_a_spread_table_begins_with_the_tenant) {
    const Rows rows =
        ask("SELECT c.relname::text, i.relname::text, x.indisunique::int::bigint, a.attname::text "
            "FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid "
            "JOIN pg_class i ON i.oid = x.indexrelid "
            "CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY k (number, place) "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number "
            "WHERE c.relnamespace = current_schema()::regnamespace "
            "ORDER BY c.relname, i.relname, k.place");
    std::vector<CatalogueIndex> indexes;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (indexes.empty() || indexes.back().name != rows[i].text(1))
            indexes.push_back({rows[i].string(0), rows[i].string(1), rows[i].integer(2) != 0, {}});
        indexes.back().columns.push_back(rows[i].string(3));
    }
    store::testing::expect_spread(indexes);
}

TEST_F(PostgresDistribution, every_table_has_a_primary_key) {
    const Rows rows = ask("SELECT c.relname::text FROM pg_class c WHERE c.relkind = 'r' "
                          "AND c.relnamespace = current_schema()::regnamespace AND NOT EXISTS "
                          "(SELECT 1 FROM pg_index x WHERE x.indrelid = c.oid AND x.indisprimary)");
    for (std::size_t i = 0; i < rows.size(); ++i)
        ADD_FAILURE() << rows[i].text(0) << " has no primary key";
}

// Numbers in a row come from one place, and a machine of its own is that place: ids are minted by
// nodes instead.
TEST_F(PostgresDistribution, has_no_sequence_trigger_or_foreign_key) {
    const Rows rows = ask(
        "SELECT relname::text FROM pg_class WHERE relkind = 'S' AND relnamespace = "
        "current_schema()::regnamespace UNION ALL SELECT t.tgname::text FROM pg_trigger t JOIN "
        "pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = current_schema()::regnamespace "
        "UNION ALL SELECT conname::text FROM pg_constraint WHERE contype = 'f' AND connamespace = "
        "current_schema()::regnamespace");
    for (std::size_t i = 0; i < rows.size(); ++i)
        ADD_FAILURE() << rows[i].text(0);
}

} // namespace
} // namespace settled::store::postgres
