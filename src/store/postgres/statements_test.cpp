// Every statement that is linked into the program, against the schema on PostgreSQL.
#include "store/testing.h"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace settled::store::postgres {
namespace {

using store::testing::TemporaryDirectory;
using Answer = std::unique_ptr<PGresult, void (*)(PGresult*)>;

// A store of which the engine has not counted a row.
struct FreshStore {
    TemporaryDirectory directory;
    std::unique_ptr<PGconn, void (*)(PGconn*)> connection{nullptr, PQfinish};

    FreshStore() {
        store::testing::open_store(directory.path())->stop();
        const std::string url = testing::Schemas::of_this_process().url_for(directory.path());
        connection.reset(PQconnectdb(url.c_str()));
        EXPECT_EQ(PQstatus(connection.get()), CONNECTION_OK);
    }
    Answer run(const std::string& sql) const {
        Answer answer(PQexec(connection.get(), sql.c_str()), PQclear);
        EXPECT_LE(PQresultStatus(answer.get()), PGRES_TUPLES_OK)
            << PQresultErrorMessage(answer.get()) << " in: " << sql;
        return answer;
    }
};

std::size_t count_of(std::string_view what, std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1))
        ++count;
    return count;
}

// Lines of the plan, made once for whatever values, in which an index is asked for block and tag.
std::size_t looks_by_key(const FreshStore& store, const std::string& text) {
    (void)store.run("PREPARE looked AS " + text);
    const Answer described(PQdescribePrepared(store.connection.get(), "looked"), PQclear);
    std::string nulls = "NULL";
    for (int i = 1; i < PQnparams(described.get()); ++i)
        nulls += ", NULL";
    const Answer plan = store.run("EXPLAIN (COSTS OFF) EXECUTE looked(" + nulls + ")");
    (void)store.run("DEALLOCATE looked");
    std::size_t looks = 0;
    for (int row = 0; row < PQntuples(plan.get()); ++row) {
        const std::string_view line = PQgetvalue(plan.get(), row, 0);
        const bool by_key = line.find("Index Cond") != line.npos &&
                            line.find("(block = $") != line.npos &&
                            line.find("(tag = $") != line.npos;
        looks += by_key ? 1 : 0;
    }
    return looks;
}

// A plan that is made when there are few rows is kept for some time after there are many.
TEST(PostgresStatements, statements_probe_each_match_key_before_the_rows_are_counted) {
    const FreshStore store;
    (void)store.run("SET plan_cache_mode = force_generic_plan");
    std::size_t seen = 0;
    for (const Statement* statement : Statement::all()) {
        const std::string text(statement->text());
        const std::size_t keys = count_of("tag = $", text);
        if (keys == 0)
            continue;
        EXPECT_EQ(looks_by_key(store, text), keys) << text;
        ++seen;
    }
    EXPECT_GE(seen, 5U) << "one key, four, eight, fourteen, and the one that takes it away";
}

TEST(PostgresStatements, prepare_and_answer_in_types_that_are_read) {
    const FreshStore store;
    const auto& connection = store.connection;
    // bool, bytea, int8, int2, int4, text, numeric (pg_type.dat)
    const std::set<Oid> read{16, 17, 20, 21, 23, 25, 1700};
    std::size_t seen = 0;
    for (const Statement* statement : Statement::all()) {
        const std::string text(statement->text());
        if (text.find("pragma_") != text.npos)
            continue; // a test's, of the other engine
        const Answer prepared(PQprepare(connection.get(), "", text.c_str(), 0, nullptr), PQclear);
        ASSERT_EQ(PQresultStatus(prepared.get()), PGRES_COMMAND_OK)
            << PQresultErrorMessage(prepared.get()) << " in: " << text;
        const Answer described(PQdescribePrepared(connection.get(), ""), PQclear);
        for (int column = 0; column < PQnfields(described.get()); ++column)
            EXPECT_TRUE(read.contains(PQftype(described.get(), column)))
                << "column " << column << " of: " << text;
        ++seen;
    }
    EXPECT_GT(seen, 60U);
}

} // namespace
} // namespace settled::store::postgres
