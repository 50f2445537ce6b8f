#include "bench/support/pipeline.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/rng.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string_view>

namespace settled::bench {

namespace {

struct Closer {
    void operator()(PGconn* connection) const { PQfinish(connection); }
    void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, Closer>;
using Answer = std::unique_ptr<PGresult, Closer>;

Connection connect(const std::string& url) {
    Connection connection(PQconnectdb(url.c_str()));
    SETTLED_ASSERT(PQstatus(connection.get()) == CONNECTION_OK, "PostgreSQL: {}",
                   PQerrorMessage(connection.get()));
    return connection;
}

void run(PGconn* connection, const std::string& sql) {
    const Answer answer(PQexec(connection, sql.c_str()));
    const ExecStatusType status = PQresultStatus(answer.get());
    SETTLED_ASSERT(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, "{}: {}", sql,
                   PQerrorMessage(connection));
}

// The tables of migration 1 that a webhook is written to, apart from the installation's own.
void make_tables(PGconn* connection) {
    run(connection, "DROP SCHEMA IF EXISTS bench CASCADE");
    run(connection, "CREATE SCHEMA bench");
    run(connection, "CREATE TABLE bench.webhook (LIKE webhook INCLUDING ALL)");
    run(connection, "CREATE TABLE bench.webhook_key (LIKE webhook_key INCLUDING ALL)");
}

constexpr const char* insert_key =
    "INSERT INTO bench.webhook_key (tenant_id, dedupe, webhook_id, digest) VALUES (1, $1::bytea, "
    "$2::bigint, 7) ON CONFLICT DO NOTHING RETURNING webhook_id";
constexpr const char* insert_webhook =
    "INSERT INTO bench.webhook (tenant_id, id, connector_id, type, composite_key, suffix, status, "
    "body, received_at) VALUES (1, $1::bigint, 2, 'TransactionSettled', 'a composite key of the "
    "usual length', '', 'processed', $2::bytea, 3)";

// Two prepared statements for each webhook, values in binary.
class Pipeline {
  public:
    Pipeline(const std::string& url, std::size_t body_bytes)
        : connection_(connect(url)), body_(body_bytes, 'x') {
        make_tables(connection_.get());
        prepare("key", insert_key);
        prepare("webhook", insert_webhook);
        PQenterPipelineMode(connection_.get());
    }

    void transaction(std::size_t webhooks) {
        say("BEGIN");
        for (std::size_t i = 0; i < webhooks; ++i)
            write_one();
        say("COMMIT");
        PQpipelineSync(connection_.get());
        await(webhooks * 2 + 2);
    }

  private:
    void prepare(const char* name, const char* sql) {
        const Answer answer(PQprepare(connection_.get(), name, sql, 2, nullptr));
        SETTLED_ASSERT(PQresultStatus(answer.get()) == PGRES_COMMAND_OK, "{}",
                       PQerrorMessage(connection_.get()));
    }
    void say(const char* sql) {
        PQsendQueryParams(connection_.get(), sql, 0, nullptr, nullptr, nullptr, nullptr, 1);
    }
    void write_one() {
        ++id_;
        std::array<std::uint8_t, 16> dedupe{};
        rng_.fill(dedupe);
        std::array<char, 8> id{};
        for (int i = 0; i < 8; ++i)
            id[static_cast<std::size_t>(i)] = static_cast<char>(id_ >> (56 - 8 * i));
        send("key", {as_text(dedupe), {id.data(), id.size()}});
        send("webhook", {std::string_view(id.data(), id.size()), body_});
    }
    void send(const char* name, const std::array<std::string_view, 2>& values) {
        const std::array<const char*, 2> texts{values[0].data(), values[1].data()};
        const std::array<int, 2> sizes{static_cast<int>(values[0].size()),
                                       static_cast<int>(values[1].size())};
        constexpr std::array<int, 2> binary{1, 1};
        PQsendQueryPrepared(connection_.get(), name, 2, texts.data(), sizes.data(), binary.data(),
                            1);
    }
    // Each statement's answer is followed by a null, the sync's by nothing.
    void await(std::size_t answers) {
        while (answers > 0) {
            const Answer answer(PQgetResult(connection_.get()));
            if (!answer)
                continue;
            const ExecStatusType status = PQresultStatus(answer.get());
            SETTLED_ASSERT(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, "{}",
                           PQerrorMessage(connection_.get()));
            --answers;
        }
        Answer sync(PQgetResult(connection_.get()));
        while (!sync)
            sync.reset(PQgetResult(connection_.get()));
        SETTLED_ASSERT(PQresultStatus(sync.get()) == PGRES_PIPELINE_SYNC, "the pipeline ends");
    }

    Connection connection_;
    std::string body_;
    SystemRng rng_;
    std::int64_t id_ = 0;
};

} // namespace

double hand_written_webhooks_per_s(const std::string& url, std::size_t count, std::size_t group,
                                   std::size_t body_bytes) {
    Pipeline pipeline(url, body_bytes);
    pipeline.transaction(group); // what the first one costs is not measured
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t written = 0; written < count; written += group)
        pipeline.transaction(group);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const std::size_t groups = (count + group - 1) / group;
    return static_cast<double>(groups * group) / took.count();
}

double pgbench_transactions_per_s(const std::string& url, int clients, int seconds,
                                  std::size_t body_bytes) {
    make_tables(connect(url).get());
    const std::string file = fmt::format("/tmp/settled-pgbench-{}.sql", ::getpid());
    std::ofstream(file) << fmt::format(
        "\\set id random(1, 9000000000000000000)\n"
        "BEGIN;\n"
        "INSERT INTO bench.webhook_key (tenant_id, dedupe, webhook_id, digest) VALUES (1, "
        "decode(md5(:id::text), 'hex'), :id, 7) ON CONFLICT DO NOTHING;\n"
        "INSERT INTO bench.webhook (tenant_id, id, connector_id, type, composite_key, suffix, "
        "status, "
        "body, received_at) VALUES (1, :id, 2, 'TransactionSettled', 'a composite key of the usual "
        "length', '', 'processed', decode(repeat('78', {}), 'hex'), 3);\n"
        "COMMIT;\n",
        body_bytes);
    const char* const folder = std::getenv("SETTLED_POSTGRES_BIN");
    const std::string command =
        fmt::format("{}/pgbench -n -M prepared -c {} -j 1 -T {} -f {} '{}' 2>/dev/null",
                    folder ? folder : "/usr/lib/postgresql/15/bin", clients, seconds, file, url);
    double per_s = 0;
    if (std::FILE* const output = ::popen(command.c_str(), "r")) {
        std::array<char, 256> line{};
        while (std::fgets(line.data(), static_cast<int>(line.size()), output) != nullptr)
            if (const std::string_view text(line.data()); text.starts_with("tps = "))
                per_s = std::strtod(text.data() + 6, nullptr);
        ::pclose(output);
    }
    std::remove(file.c_str());
    SETTLED_ASSERT(per_s > 0, "pgbench says how many it did");
    return per_s;
}

} // namespace settled::bench
