#include "base/assert.h"
#include "bench/access.h"
#include "bench/support/load.h"
#include "bench/support/process.h"
#include "bench/support/world.h"
#include "cli/client/api_call.h"
#include "server/config.h"
#include "server/run.h"
#include "store/grown_testing.h"
#include "store/sqlite/connection.h"

#include <fmt/format.h>

#include <chrono>
#include <span>
#include <thread>

namespace settled::bench {

namespace {

using store::testing::Engine;

store::sqlite::Connection open_database(const std::string& data) {
    return store::sqlite::Connection::open(data + "/settled.db", store::sqlite::Access::read_write,
                                           200'000)
        .value();
}

void run(store::sqlite::Connection& connection, const std::string& sql) {
    const auto done = connection.script(sql);
    SETTLED_ASSERT(done.has_value(), "{}: {}", sql, done.error().detail);
}

// What the operator's command asks for, from its call to its answer, once the connection's first
// call is over.
double get_us(cli::LocalApi& session, const std::string& target) {
    std::vector<double> us;
    for (int i = 0; i < 200; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        const auto answer = session.call({.method = "GET", .target = target, .body = {}});
        us.push_back(
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
                .count());
        SETTLED_ASSERT(answer.has_value() && answer->status == 200, "GET {}", target);
    }
    return median(us);
}

// Of webhooks from 20 days ago: `count` with a body of a kilobyte.
void add_old_webhooks(store::sqlite::Connection& connection, std::int64_t count) {
    const std::int64_t connector =
        connection.number("SELECT id FROM connector WHERE name = 'hmac'").value();
    const auto at = SystemClock().now().us - std::int64_t{20} * 24 * 3600 * 1'000'000;
    run(connection,
        fmt::format(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
            "INSERT INTO webhook (tenant_id, id, connector_id, type, composite_key, suffix, "
            "status, body, received_at) SELECT 1, i, {}, 'TransactionSettled', '', '', "
            "'processed', zeroblob(1000), {} + i FROM n",
            count, connector, at));
}

struct Beside {
    LoadResult load;
    std::int64_t left = 0; // old webhooks, when the load was over
};

Beside run_beside(const std::string& data, const std::string& config,
                  std::span<const std::string> requests, const AccessScale& scale) {
    const auto server = ServerProcess::start(data, config).value();
    Beside beside;
    beside.load =
        run_load(requests, {.ports = {server.port()}, .connections = 16, .rate = scale.rate},
                 [](std::size_t, auto) {});
    beside.left = store::sqlite::Connection::open(data + "/settled.db",
                                                  store::sqlite::Access::read_only, 2'000)
                      .value()
                      .number("SELECT count(*) FROM webhook WHERE length(body) = 1000")
                      .value();
    return beside;
}

void report_beside(Report& report, const std::string& name, const Beside& beside) {
    report.number(name + ".answer_p50_ms", beside.load.latencies.percentile_ms(0.50), "ms");
    report.number(name + ".answer_p99_ms", beside.load.latencies.percentile_ms(0.99), "ms");
    report.number(name + ".answer_slowest_ms", beside.load.latencies.percentile_ms(1.0), "ms");
    report.number(name + ".wrong_answers", static_cast<double>(beside.load.wrong), "");
}

} // namespace

void measure_payment(const std::string& directory, const AccessScale& scale, Report& report) {
    const BenchKeys keys = make_keys(directory + "/keys-payment");
    report.heading("one settled payment over the control socket, the call and its answer");
    for (const std::int64_t rows : {scale.few, scale.many}) {
        const std::string data = fmt::format("{}/payments-{}", directory, rows);
        const std::string file = set_up(data, keys, 1, nullptr);
        {
            auto connection = open_database(data);
            run(connection, "DELETE FROM account");
            for (const store::CopiedTable& table : store::copied_tables())
                if (store::testing::grows(table.name))
                    run(connection, store::testing::filling_of(table, rows, Engine::sqlite));
        }
        const auto server = ServerProcess::start(data, file).value();
        server::Config config = server::load_config(file).config;
        config.data = data;
        cli::LocalApi session(config);
        const std::int64_t id = rows / 2 + 1;
        report.number(fmt::format("get_payment_us_{}", rows),
                      get_us(session, "/v1/payments/" + to_string(PaymentId{id})),
                      "µs, median of 200");
        report.number(fmt::format("get_settlement_us_{}", rows),
                      get_us(session, "/v1/settlements/" + to_string(SettlementId{id})), "µs");
        report.number(fmt::format("list_reviews_us_{}", rows),
                      get_us(session, "/v1/reviews?status=open&limit=50"), "µs");
        report.number(fmt::format("list_payments_us_{}", rows),
                      get_us(session, "/v1/payments?status=expected"), "µs: there is none");
    }
}

void measure_retention(const std::string& directory, const AccessScale& scale, Report& report) {
    const BenchKeys keys = make_keys(directory + "/keys-retention");
    const auto requests = inbox_webhooks(keys, scale.beside, 1, Proof::hmac);
    const std::string data = directory + "/retention";
    const std::string config = set_up(data, keys, 1, nullptr);
    const std::span all(requests);
    const Beside alone = run_beside(data, config, all.first(all.size() / 4), scale);
    {
        auto connection = open_database(data);
        add_old_webhooks(connection, scale.webhooks);
    }
    const Beside beside = run_beside(data, config, all.subspan(all.size() / 4), scale);
    report.heading(fmt::format("{} webhooks are released while {:.0f} a second arrive",
                               scale.webhooks, scale.rate));
    report_beside(report, "without_retention", alone);
    report_beside(report, "with_retention", beside);
    report.number("released_per_s",
                  static_cast<double>(scale.webhooks - beside.left) /
                      std::chrono::duration<double>(beside.load.took).count(),
                  "/s");
    report.number("left", static_cast<double>(beside.left), "webhooks, when the last had come");
}

} // namespace settled::bench
