// The same work on SQLite and on PostgreSQL, and on PostgreSQL by one to three nodes.
//
//   bench_nodes [--out FILE] [--quick]
//
// SETTLED_BENCH_POSTGRES is the URL of a server to make databases on (tools/run_bench.py starts one
// whose data are on the disk that the SQLite stores are on). Load generator, partner, PostgreSQL
// and all nodes share the machine: what more nodes can show here is what they cost, not that they
// are faster. Each node has as many connections of the load as one has alone: its groups are as
// full as its requests are many.
#include "bench/support/database.h"
#include "bench/support/databases.h"
#include "bench/support/figures.h"
#include "bench/support/load.h"
#include "bench/support/pipeline.h"
#include "bench/support/process.h"
#include "bench/support/run_directory.h"
#include "bench/support/world.h"

#include "base/limits.h"
#include "store/postgres/postgres_store.h"
#include "store/queries/inbox.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <deque>
#include <thread>

namespace {

using namespace settled;
using namespace settled::bench;
using namespace std::chrono_literals;

struct Scale {
    std::size_t webhooks = 12'000;
    std::size_t settlements = 8'000;
    std::size_t rows = 60'000;
    int pgbench_seconds = 5;
    std::size_t accounts = 100;
};

constexpr std::size_t body_bytes = 1100; // of a settlement's webhook
constexpr std::size_t group = 64;        // limits::units_per_commit
constexpr std::size_t connections_per_node = 64;

const Sent nobody = [](std::size_t, auto) {};

struct Installed {
    std::string data; // of the first node
    Shared shared;
    std::unique_ptr<PartnerSink> sink;
    std::vector<ServerProcess> nodes;
    DatabaseUse registering; // of one payment

    std::vector<std::uint16_t> ports() const {
        std::vector<std::uint16_t> all;
        for (const ServerProcess& node : nodes)
            all.push_back(node.port());
        return all;
    }
    double cpu_us() const {
        std::int64_t sum = 0;
        for (const ServerProcess& node : nodes)
            sum += node.cpu().count();
        return static_cast<double>(sum) / 1000.0;
    }
};

DatabaseUse per_one(const DatabaseUse& use, std::size_t count) {
    const auto n = static_cast<double>(count);
    return {use.cpu_us / n, use.log_bytes / n, use.stored_bytes / n, use.groups / n};
}

Installed install(const std::string& root, const std::string& name, const BenchKeys& keys,
                  const Scale& scale, const std::string& url, std::size_t nodes) {
    Installed it;
    it.data = root + "/" + name;
    it.shared = {url, url.empty() ? "" : root + "/" + name + "/master.key"};
    it.sink = std::make_unique<PartnerSink>(root + "/partner", 2 * scale.settlements);
    const std::string config = set_up(it.data, keys, scale.accounts, it.sink.get(), it.shared);
    const DatabaseUse before = database_use(url);
    register_payments(it.data, 0, 2 * scale.settlements, scale.accounts);
    it.registering = per_one(database_use(url) - before, 2 * scale.settlements);
    it.nodes.push_back(ServerProcess::start(it.data, config).value());
    for (std::size_t i = 1; i < nodes; ++i) {
        const std::string data = fmt::format("{}-{}", it.data, i);
        it.nodes.push_back(
            ServerProcess::start(data, write_settings(data, it.sink.get(), it.shared)).value());
    }
    // A node that joins others has no share of an endpoint's places before what they had under way
    // is over (decision 12).
    if (nodes > 1)
        std::this_thread::sleep_for(limits::node_look_age_max + limits::delivery_wait_max + 1s);
    return it;
}

struct Figures {
    double webhooks_per_s = 0, webhook_cpu_us = 0;
    double told_per_s = 0, settlement_cpu_us = 0;
    DatabaseUse webhook, settlement; // of one
};

// Intake alone, then intake to match to notification; every webhook goes to any of the nodes.
Figures measure(Installed& it, const BenchKeys& keys, const Scale& scale, Proof proof) {
    Figures figures;
    const LoadOptions options{.ports = it.ports(),
                              .connections = connections_per_node * it.nodes.size()};
    DatabaseUse use = database_use(it.shared.url);
    double cpu = it.cpu_us();
    const LoadResult intake =
        run_load(inbox_webhooks(keys, scale.webhooks, scale.accounts, proof), options, nobody);
    SETTLED_ASSERT(intake.wrong == 0, "every webhook is acknowledged");
    figures.webhooks_per_s = intake.per_second();
    figures.webhook_cpu_us = (it.cpu_us() - cpu) / static_cast<double>(intake.answered);
    figures.webhook = per_one(database_use(it.shared.url) - use, intake.answered);

    const std::size_t from = it.sink->told();
    const auto requests =
        settling_webhooks(keys, from, from + scale.settlements, scale.accounts, proof);
    cpu = it.cpu_us();
    use = database_use(it.shared.url);
    const auto begin = std::chrono::steady_clock::now();
    const LoadResult settled = run_load(requests, options, nobody);
    SETTLED_ASSERT(settled.wrong == 0, "every settlement is acknowledged");
    SETTLED_ASSERT(it.sink->wait_for(from + scale.settlements, std::chrono::seconds(120)),
                   "the partner is told of every settlement: {}", it.sink->told() - from);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    figures.told_per_s = static_cast<double>(scale.settlements) / took.count();
    figures.settlement_cpu_us = (it.cpu_us() - cpu) / static_cast<double>(scale.settlements);
    figures.settlement = per_one(database_use(it.shared.url) - use, scale.settlements);
    return figures;
}

void report_figures(Report& report, const std::string& name, const Figures& figures) {
    report.number(name + "_webhooks_per_s", figures.webhooks_per_s, "/s");
    report.number(name + "_cpu_us_per_webhook", figures.webhook_cpu_us, "µs of the nodes' CPU");
    report.number(name + "_told_per_s", figures.told_per_s, "settlements/s, partner told");
    report.number(name + "_cpu_us_per_settlement", figures.settlement_cpu_us,
                  "µs of the nodes' CPU");
    if (figures.settlement.cpu_us == 0)
        return;
    report.number(name + "_database_cpu_us_per_webhook", figures.webhook.cpu_us,
                  "µs of PostgreSQL's CPU");
    report.number(name + "_database_cpu_us_per_settlement", figures.settlement.cpu_us,
                  "µs of PostgreSQL's CPU");
    // Its webhook, and its attempt.
    report.number(name + "_units_per_commit", 2 / figures.settlement.groups,
                  "while settlements are told");
}

// What a store grows by, for the sizing in docs/operating/scaling.md.
void report_growth(Report& report, const Installed& it, const Figures& figures) {
    report.number("payment_database_cpu_us", it.registering.cpu_us, "µs, registered alone");
    report.number("payment_log_bytes", it.registering.log_bytes, "bytes of WAL");
    report.number("payment_stored_bytes", it.registering.stored_bytes, "bytes");
    report.number("webhook_log_bytes", figures.webhook.log_bytes, "bytes of WAL");
    report.number("webhook_stored_bytes", figures.webhook.stored_bytes, "bytes, body and key");
    report.number("settlement_log_bytes", figures.settlement.log_bytes, "bytes of WAL");
    report.number("settlement_stored_bytes", figures.settlement.stored_bytes,
                  "bytes, with its webhook, event, delivery and attempt");
}

void measure_nodes(const std::string& root, const BenchKeys& keys, const Scale& scale,
                   const Databases& databases, Report& report) {
    double sqlite_cpu = 0, postgres_cpu = 0;
    for (const std::size_t nodes : {0U, 1U, 2U, 3U}) {
        const std::string name = nodes == 0 ? "sqlite" : fmt::format("postgres_{}", nodes);
        report.heading(nodes == 0
                           ? "one node on SQLite"
                           : fmt::format("{} node{} on PostgreSQL", nodes, nodes > 1 ? "s" : ""));
        const std::string url = nodes == 0 ? "" : databases.make("bench_" + name);
        Installed it = install(root, name, keys, scale, url, std::max<std::size_t>(nodes, 1));
        const Figures rsa = measure(it, keys, scale, Proof::rsa);
        const Figures hmac = measure(it, keys, scale, Proof::hmac);
        report_figures(report, name + "_signed", rsa);
        report_figures(report, name + "_hmac", hmac);
        if (nodes == 0)
            sqlite_cpu = rsa.webhook_cpu_us;
        if (nodes != 1)
            continue;
        postgres_cpu = rsa.webhook_cpu_us;
        report_growth(report, it, rsa);
    }
    report.heading("PostgreSQL beside SQLite");
    report.number("cpu_ratio_signed_webhook", postgres_cpu / sqlite_cpu,
                  "× of SQLite's, one node, PostgreSQL's own processes not counted");
}

store::Step<> write_webhook(store::Session& s, std::int64_t number, std::string body) {
    static SystemRng rng;
    store::DedupeKey key;
    rng.fill(key);
    const WebhookId id{number};
    (void)co_await store::claim_webhook_key(s, TenantId{1}, key, id, 7);
    co_await store::insert_webhook(s, {TenantId{1}, id, ConnectorId{2}, "TransactionSettled",
                                       "a composite key of the usual length", "", "processed", body,
                                       Instant{3}});
}

Task<> write_webhooks(store::Store& store, std::size_t count) {
    constexpr std::size_t under_way = 256;
    const Executor executor = co_await boost::asio::this_coro::executor;
    std::deque<store::Pending<void>> pending;
    for (std::size_t number = 1; number <= count || !pending.empty(); ++number) {
        if (number <= count)
            pending.push_back(store.write<void>(executor, [number](store::Session& s) {
                return write_webhook(s, static_cast<std::int64_t>(number),
                                     std::string(body_bytes, 'x'));
            }));
        if (pending.size() < under_way && number <= count)
            continue;
        const auto written = co_await pending.front().wait();
        SETTLED_ASSERT(written.has_value(), "a webhook is written: {}", written.error().detail);
        pending.pop_front();
    }
}

struct EngineFigures {
    double webhooks_per_s = 0, commits_per_s = 0;
};

// The engine by itself, without HTTP: units that write what a webhook writes.
EngineFigures measure_engine(const std::string& url, std::size_t count) {
    SystemRng rng;
    const auto store = store::postgres::open({Secret(url), Secret(), 1, 1}, rng).value();
    boost::asio::io_context io(1);
    const auto commits = store->stats().commits;
    const auto begin = std::chrono::steady_clock::now();
    boost::asio::co_spawn(io, write_webhooks(*store, count), boost::asio::detached);
    io.run();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const auto made = static_cast<double>(store->stats().commits - commits);
    store->stop();
    return {static_cast<double>(count) / took.count(), made / took.count()};
}

void measure_rows(const Scale& scale, const Databases& databases, Report& report) {
    report.heading("the same rows by the engine, by a hand-written pipeline and by pgbench");
    const std::string url = databases.make("bench_rows");
    std::vector<double> engine, commits, by_hand;
    for (int round = 0; round < 3; ++round) {
        const EngineFigures figures =
            measure_engine(databases.make(fmt::format("bench_rows_{}", round)), scale.rows);
        engine.push_back(figures.webhooks_per_s);
        commits.push_back(figures.commits_per_s);
        if (round == 0)
            (void)measure_engine(url, 1); // brings its tables
        by_hand.push_back(hand_written_webhooks_per_s(url, scale.rows, group, body_bytes));
    }
    const double pgbench = pgbench_transactions_per_s(url, 8, scale.pgbench_seconds, body_bytes);
    report.number("engine_webhooks_per_s", median(engine), "/s, two rows each");
    report.number("hand_written_webhooks_per_s", median(by_hand), "/s, 64 a transaction");
    report.number("engine_share_of_hand_written", median(engine) / median(by_hand), "");
    report.number("engine_commits_per_s", median(commits), "/s");
    report.number("pgbench_transactions_per_s", pgbench, "/s, one webhook each, 8 clients");
    report.number("engine_webhooks_per_pgbench_transaction", median(engine) / pgbench, "×");
}

} // namespace

int main(int argc, char** argv) {
    std::string out;
    Scale scale;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--out" && i + 1 < argc)
            out = argv[++i];
        else if (argument == "--quick")
            scale = {1'000, 1'000, 5'000, 1, 20};
        else {
            fmt::print(stderr, "usage: bench_nodes [--out FILE] [--quick]\n");
            return 2;
        }
    }
    const char* const server = std::getenv("SETTLED_BENCH_POSTGRES");
    if (server == nullptr) {
        fmt::print(stderr, "SETTLED_BENCH_POSTGRES names no server: use make bench BENCH=nodes\n");
        return 2;
    }
    const RunDirectory directory;
    const std::string& root = directory.path();
    Report report;
    report.text("machine", machine());
    report.text("server",
                "release build; PostgreSQL 15, synchronous_commit = on, on the same disk");
    const BenchKeys keys = make_keys(root + "/keys");
    const Databases databases(server);
    measure_nodes(root, keys, scale, databases, report);
    measure_rows(scale, databases, report);
    report.print();
    return out.empty() || report.write_json(out) ? 0 : 1;
}
