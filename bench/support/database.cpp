#include "bench/support/database.h"

#include "base/assert.h"
#include "store/sqlite/connection.h"

#include <libpq-fe.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace settled::bench {

namespace {

struct Closer {
    void operator()(PGconn* connection) const { PQfinish(connection); }
    void operator()(PGresult* result) const { PQclear(result); }
};

constexpr const char* use_sql =
    "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn, pg_database_size(current_database()), "
    "(SELECT coalesce(sum(sequence), 0) FROM writer_mark), pg_backend_pid()";

double cpu_ns_of(const std::string& process) {
    double ran_ns = 0;
    std::ifstream("/proc/" + process + "/schedstat") >> ran_ns;
    return ran_ns;
}

// The words of /proc/PID/stat, whose second is the name in brackets, without blanks for
// PostgreSQL's.
std::vector<std::string> stat_of(const std::string& process) {
    std::ifstream stat("/proc/" + process + "/stat");
    std::vector<std::string> words;
    for (std::string word; stat >> word;)
        words.push_back(std::move(word));
    SETTLED_ASSERT(words.size() > 17 && words[1] == "(postgres)",
                   "the database runs on this machine");
    return words;
}

// Of a backend's server: the process that started it, and all that it started, with those that have
// ended.
double cpu_us_of_server(const std::string& backend) {
    const std::string server = stat_of(backend)[3];
    const auto words = stat_of(server);
    const double ended_s =
        (std::stod(words[15]) + std::stod(words[16])) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    double total_ns = cpu_ns_of(server) + ended_s * 1e9;
    std::ifstream children("/proc/" + server + "/task/" + server + "/children");
    for (std::string child; children >> child;)
        total_ns += cpu_ns_of(child);
    return total_ns / 1000.0;
}

} // namespace

DatabaseUse database_use(const std::string& url) {
    if (url.empty())
        return {};
    DatabaseUse use;
    const std::unique_ptr<PGconn, Closer> connection(PQconnectdb(url.c_str()));
    const std::unique_ptr<PGresult, Closer> answer(PQexec(connection.get(), use_sql));
    SETTLED_ASSERT(PQresultStatus(answer.get()) == PGRES_TUPLES_OK, "PostgreSQL: {}",
                   PQerrorMessage(connection.get()));
    use.cpu_us = cpu_us_of_server(PQgetvalue(answer.get(), 0, 3));
    use.log_bytes = std::atof(PQgetvalue(answer.get(), 0, 0));
    use.stored_bytes = std::atof(PQgetvalue(answer.get(), 0, 1));
    use.groups = std::atof(PQgetvalue(answer.get(), 0, 2));
    return use;
}

double sqlite_bytes(const std::string& data) {
    auto store = store::sqlite::Connection::open(data + "/settled.db",
                                                 store::sqlite::Access::read_only, 256);
    const auto bytes = store.value().number(
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
    return static_cast<double>(bytes.value());
}

} // namespace settled::bench
