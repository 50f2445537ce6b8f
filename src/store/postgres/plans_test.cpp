// What every statement passes over on PostgreSQL, by plans that are made once for whatever values
// and by those that are made for these: the engine uses the one or the other.
#include "store/plans_test.h"
#include "store/postgres/testing.h"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <charconv>
#include <memory>

namespace settled::store::postgres {
namespace {

using namespace store::testing;
using Answer = std::unique_ptr<PGresult, void (*)(PGresult*)>;

// Rows of all steps of a plan together: a page of 50, and what is looked up for each.
constexpr std::int64_t rows_max = 1'000;

struct PostgresPlans : ::testing::Test {
    std::string directory = "plans"; // only a name for the schema
    std::unique_ptr<PGconn, void (*)(PGconn*)> connection{nullptr, PQfinish};

    void SetUp() override {
        const std::string url = testing::Schemas::of_this_process().url_for(directory);
        ASSERT_TRUE(migrate({Secret(url), Secret()}).has_value());
        connection.reset(PQconnectdb(url.c_str()));
        ASSERT_EQ(PQstatus(connection.get()), CONNECTION_OK);
        (void)run("SET jit = off");
    }
    void TearDown() override {
        connection.reset();
        testing::Schemas::of_this_process().give_back(directory);
    }
    Answer run(const std::string& sql) const {
        Answer answer(PQexec(connection.get(), sql.c_str()), PQclear);
        EXPECT_LE(PQresultStatus(answer.get()), PGRES_TUPLES_OK)
            << PQresultErrorMessage(answer.get()) << " in: " << sql;
        return answer;
    }
    void fill() const {
        (void)run("BEGIN");
        for (const CopiedTable& table : copied_tables())
            if (grows(table.name))
                (void)run(filling_of(table, rows_of_a_grown_table, Engine::postgres));
        (void)run("INSERT INTO endpoint VALUES (1, 1, '', '*', '', '', '', 'active', 0, 0, '{}')");
        (void)run("COMMIT");
        (void)run("ANALYZE");
    }
    std::string values_for(const std::string& text) const {
        const Answer described(PQdescribePrepared(connection.get(), "looked"), PQclear);
        std::string values;
        for (int i = 0; i < PQnparams(described.get()); ++i) {
            constexpr Oid of_text = 25, of_bytes = 17;
            const Oid type = PQparamtype(described.get(), i);
            values += i == 0 ? "(" : ", ";
            if (type == of_text || type == of_bytes)
                values += fmt::format("'{}'", text_that_nobody_has);
            else
                values += std::to_string(number_for(use_of(text, i + 1)));
        }
        return values.empty() ? values : values + ")";
    }
    // The lines of the plan, with what was done.
    std::vector<std::string> carry_out(const std::string& text) const {
        (void)run("BEGIN");
        (void)run("PREPARE looked AS " + text);
        const Answer plan = run("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) EXECUTE "
                                "looked" +
                                values_for(text));
        std::vector<std::string> lines;
        for (int row = 0; row < PQntuples(plan.get()); ++row)
            lines.emplace_back(PQgetvalue(plan.get(), row, 0));
        (void)run("ROLLBACK");
        (void)run("DEALLOCATE looked");
        return lines;
    }
    // Of "… (actual rows=3 loops=2)" and "Rows Removed by Filter: 5".
    static std::int64_t number_after(std::string_view line, std::string_view what) {
        const std::size_t at = line.find(what);
        std::int64_t number = 0;
        if (at != line.npos)
            std::from_chars(line.data() + at + what.size(), line.data() + line.size(), number);
        return number;
    }
    // Empty: it does not go through a table that grows.
    std::string problem_of(const std::string& text) const {
        std::int64_t rows = 0;
        for (const std::string& line : carry_out(text)) {
            const std::size_t at = line.find("Seq Scan on ");
            const auto words = words_of(at == line.npos ? "" : line.substr(at));
            if (words.size() > 3 && grows(words[3]))
                return line;
            rows += number_after(line, "actual rows=") *
                    std::max<std::int64_t>(1, number_after(line, "loops="));
            rows += number_after(line, "Rows Removed by Filter: ");
        }
        return rows > rows_max ? fmt::format("{} rows", rows) : std::string();
    }
};

TEST_F(PostgresPlans, are_bounded_at_size) {
    fill();
    for (const std::string mode : {"force_generic_plan", "force_custom_plan"}) {
        (void)run("SET plan_cache_mode = " + mode);
        for (const Statement* statement : Statement::all()) {
            const std::string text(statement->text());
            if (text.contains("pragma_") || text.starts_with("INSERT") ||
                whole_table_of(text) != nullptr)
                continue;
            EXPECT_EQ(problem_of(text), "") << mode << ": " << text;
        }
    }
}

TEST_F(PostgresPlans, a_walk_over_a_table_that_grows_would_be_found) {
    fill();
    EXPECT_NE(problem_of("SELECT id FROM payment WHERE reference = $1"), "");
    EXPECT_NE(problem_of("SELECT id FROM payment WHERE tenant_id = $1 AND id < $2 AND reference = "
                         "$3 ORDER BY id LIMIT $4"),
              "");
}

} // namespace
} // namespace settled::store::postgres
