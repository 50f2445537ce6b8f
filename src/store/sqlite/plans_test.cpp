// What every statement passes over on SQLite, whatever it knows of the tables.
#include "store/plans_test.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/testing.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>

namespace settled::store::sqlite {
namespace {

using namespace store::testing;

// A page of 50 rows of the widest table, with all that is looked up for each, takes fewer; one that
// passes over a grown table takes more.
constexpr int steps_max = 12'000;

class SqlitePlans : public ::testing::Test {
  protected:
    void SetUp() override {
        testing::open_store(directory_.path())->stop();
        sqlite3_open_v2(directory_.file("settled.db").c_str(), &db_, SQLITE_OPEN_READWRITE,
                        nullptr);
    }
    void TearDown() override { sqlite3_close_v2(db_); }

    void run(const std::string& sql) {
        EXPECT_EQ(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
            << sqlite3_errmsg(db_) << " in: " << sql;
    }
    void fill() {
        run("BEGIN");
        for (const CopiedTable& table : copied_tables())
            if (grows(table.name))
                run(filling_of(table, rows_of_a_grown_table, Engine::sqlite));
        run("INSERT INTO endpoint VALUES (1, 1, '', '*', '', '', x'', 'active', 0, 0, '{}')");
        run("COMMIT");
    }
    void expect_bounded_plans() {
        for (const Statement* statement : Statement::all()) {
            const std::string text(statement->text());
            if (text.contains("pragma_") || whole_table_of(text) != nullptr)
                continue;
            EXPECT_EQ(wrong_step_of(text), "") << text;
        }
    }
    void expect_bounded_work() {
        for (const Statement* statement : Statement::all()) {
            const std::string text(statement->text());
            if (text.contains("pragma_") || text.starts_with("INSERT"))
                continue;
            const int steps = steps_of(text);
            if (whole_table_of(text) == nullptr)
                EXPECT_LE(steps, steps_max) << text;
        }
    }
    std::string wrong_step_of(const std::string& text) {
        const auto tables = tables_by_name(text);
        const bool is_cut = text.contains(" LIMIT $") || text.contains("LIMIT 1");
        for (const std::string& step : plan_of(text)) {
            const auto words = words_of(step);
            const auto table = words.size() < 2 ? tables.end() : tables.find(words[1]);
            if (table == tables.end() || !grows(table->second))
                continue;
            const bool by_tenant_alone = step.ends_with("(tenant_id=?)") && !is_cut;
            if (words.front() == "SCAN" || by_tenant_alone)
                return step;
        }
        return {};
    }

    using Prepared = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;
    Prepared prepare(const std::string& sql) {
        sqlite3_stmt* statement = nullptr;
        EXPECT_EQ(sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
            << sqlite3_errmsg(db_) << " in: " << sql;
        return {statement, sqlite3_finalize};
    }
    std::vector<std::string> plan_of(const std::string& text) {
        const Prepared plan = prepare("EXPLAIN QUERY PLAN " + text);
        std::vector<std::string> steps;
        while (sqlite3_step(plan.get()) == SQLITE_ROW)
            steps.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(plan.get(), 3)));
        return steps;
    }
    // What its program does, with the values that leave it the most to pass over.
    int steps_of(const std::string& text) {
        const Prepared statement = prepare(text);
        const int count = sqlite3_bind_parameter_count(statement.get());
        for (int i = 1; i <= count; ++i) {
            const std::string name = sqlite3_bind_parameter_name(statement.get(), i);
            sqlite3_bind_int64(statement.get(), i,
                               number_for(use_of(text, std::stoi(name.substr(1)))));
        }
        run("SAVEPOINT before");
        int rc = sqlite3_step(statement.get());
        while (rc == SQLITE_ROW)
            rc = sqlite3_step(statement.get());
        EXPECT_TRUE(rc == SQLITE_DONE) << sqlite3_errmsg(db_) << " in: " << text;
        const int steps = sqlite3_stmt_status(statement.get(), SQLITE_STMTSTATUS_VM_STEP, 0);
        sqlite3_reset(statement.get());
        run("ROLLBACK TO before; RELEASE before");
        return steps;
    }

  private:
    store::testing::TemporaryDirectory directory_;
    sqlite3* db_ = nullptr;
};

TEST_F(SqlitePlans, are_bounded_in_a_new_store) {
    expect_bounded_plans();
}

// Rows are never counted by the server; an operator may have them counted.
TEST_F(SqlitePlans, are_bounded_at_size_before_and_after_the_rows_are_counted) {
    fill();
    expect_bounded_plans();
    expect_bounded_work();
    run("ANALYZE");
    expect_bounded_plans();
    expect_bounded_work();
}

TEST_F(SqlitePlans, a_walk_over_a_table_that_grows_would_be_found) {
    EXPECT_NE(wrong_step_of("SELECT id FROM payment WHERE reference = $1"), "");
    EXPECT_NE(wrong_step_of("SELECT m.id FROM settlement_match m WHERE m.tenant_id = $1 AND "
                            "m.payment_id = $2 ORDER BY m.id"),
              "");
    EXPECT_EQ(wrong_step_of("SELECT id FROM payment WHERE tenant_id = $1 AND id < $2 AND "
                            "reference = $3 ORDER BY id LIMIT $4"),
              "")
        << "not by its plan";
    fill();
    EXPECT_GT(steps_of("SELECT id FROM payment WHERE tenant_id = $1 AND id < $2 AND "
                       "reference = $3 ORDER BY id LIMIT $4"),
              steps_max)
        << "but by what it does";
}

TEST_F(SqlitePlans, whole_tables_are_still_gone_through_by_those_that_may) {
    for (const WholeTable& each : whole_table_statements)
        EXPECT_TRUE(std::ranges::any_of(
            Statement::all(), [&](const Statement* s) { return s->text().contains(each.part); }))
            << each.part << ": " << each.why;
}

} // namespace
} // namespace settled::store::sqlite
