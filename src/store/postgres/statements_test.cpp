// Every statement that is linked into the program, against the schema on PostgreSQL.
#include "store/testing.h"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <memory>
#include <set>

namespace settled::store::postgres {
namespace {

using store::testing::TemporaryDirectory;

TEST(PostgresStatements, prepare_and_answer_in_types_that_are_read) {
    TemporaryDirectory directory;
    store::testing::open_store(directory.path())->stop();
    const std::string url = testing::Schemas::of_this_process().url_for(directory.path());
    const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(PQconnectdb(url.c_str()), PQfinish);
    ASSERT_EQ(PQstatus(connection.get()), CONNECTION_OK);
    using Answer = std::unique_ptr<PGresult, void (*)(PGresult*)>;
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
