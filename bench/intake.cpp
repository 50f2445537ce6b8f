// Intake, from a signed webhook to its signed answer, and on to the partner's notification.
//
// `bench_intake [--out FILE] [--quick] [--part throughput|telling|growth|crowded] [--latency-at RATE]`
//
// Everything is real: the release binary in its own process, RSA-2048 both ways, SQLite with an
// fsync for every commit, TLS to the partner. The load generator and the partner share the machine
// with the server and are named in the figures. `rsa_share` compares the server's CPU per webhook
// with the same RSA operations under the same keys, measured in the same run.
#include "bench/support/database.h"
#include "bench/support/figures.h"
#include "bench/support/load.h"
#include "bench/support/process.h"
#include "bench/support/run_directory.h"
#include "bench/support/world.h"

#include <fmt/format.h>

#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <span>

namespace {

using namespace settled::bench;

struct Scale {
    std::size_t webhooks = 40'000;
    std::size_t settlements = 30'000;
    std::size_t paced = 12'000;
    std::vector<std::size_t> open_payments{10'000, 100'000, 1'000'000};
    std::size_t accounts = 100;
};

struct Paths {
    std::string root;
    std::string of(const std::string& name) const { return root + "/" + name; }
};

const Sent nobody = [](std::size_t, auto) {};

double rsa_us(const RsaCost& cost) {
    return (cost.sign_ns + cost.verify_ns) / 1000.0;
}

// Closed loop, 64 connections: throughput, and CPU per webhook against its RSA. In rounds, each
// between two timings of RSA, since what a core gives changes from one second to the next on a
// shared machine; each figure is the median of the rounds.
void measure_throughput(const Paths& paths, const BenchKeys& keys, const Scale& scale,
                        Report& report) {
    constexpr std::size_t rounds = 7;
    const auto requests = inbox_webhooks(keys, scale.webhooks, scale.accounts);
    const std::string config = set_up(paths.of("intake"), keys, scale.accounts, nullptr);
    const auto server = ServerProcess::start(paths.of("intake"), config).value();
    const double idle = server.resident_mib();
    std::vector<double> per_s, cpu_us, rsa, share, generator_us, p50, p99;
    std::size_t wrong = 0;
    double rsa_before = rsa_us(measure_rsa(keys));
    for (std::size_t round = 0; round < rounds; ++round) {
        const std::size_t from = scale.webhooks * round / rounds;
        const std::size_t to = scale.webhooks * (round + 1) / rounds;
        const auto cpu_before = server.cpu();
        const LoadResult load = run_load(std::span(requests).subspan(from, to - from),
                                         {.ports = {server.port()}}, nobody);
        const auto answered = static_cast<double>(load.answered);
        cpu_us.push_back(static_cast<double>((server.cpu() - cpu_before).count()) / 1000.0 /
                         answered);
        const double rsa_after = rsa_us(measure_rsa(keys));
        rsa.push_back((rsa_before + rsa_after) / 2);
        rsa_before = rsa_after;
        share.push_back(rsa.back() / cpu_us.back());
        per_s.push_back(load.per_second());
        generator_us.push_back(static_cast<double>(load.own_cpu.count()) / 1000.0 / answered);
        p50.push_back(load.latencies.percentile_ms(0.50));
        p99.push_back(load.latencies.percentile_ms(0.99));
        wrong += load.wrong;
    }

    report.heading("signed intake: closed loop, 64 connections, unique webhooks, durable SQLite");
    report.number("webhooks_per_s", median(per_s), "/s");
    report.number("cpu_us_per_webhook", median(cpu_us), "µs of server CPU");
    report.number("rsa_us_per_webhook", median(rsa), "µs, one sign and one verify");
    report.number("rsa_share", median(share),
                  fmt::format("of the server's CPU, median of {} rounds", rounds));
    report.number("rsa_share_least", std::ranges::min(share), "in the worst round");
    report.number("generator_cpu_us_per_webhook", median(generator_us),
                  "µs beside it, on the same cores");
    report.number("closed_loop_ack_p50_ms", median(p50), "ms");
    report.number("closed_loop_ack_p99_ms", median(p99), "ms");
    report.number("wrong_answers", static_cast<double>(wrong), "");
    report.number("idle_rss_mib", idle, "MiB before the first webhook");
}

struct Telling {
    double per_s = 0;
    double cpu_us = 0; // of a settlement
    std::size_t told = 0;
};

// Every webhook settles a payment that is known, and the partner is notified of it.
Telling run_telling(const std::string& data, const Paths& paths, const BenchKeys& keys,
                    const Scale& scale, Named named) {
    PartnerSink sink(paths.of("partner"), scale.settlements);
    const std::string config = set_up(data, keys, scale.accounts, &sink);
    register_payments(data, 0, scale.settlements, scale.accounts);
    const auto requests =
        settling_webhooks(keys, 0, scale.settlements, scale.accounts, Proof::rsa, named);
    const auto server = ServerProcess::start(data, config).value();
    const auto cpu_before = server.cpu();
    const auto begin = std::chrono::steady_clock::now();
    const LoadResult load = run_load(requests, {.ports = {server.port()}}, nobody);
    (void)sink.wait_for(scale.settlements, std::chrono::seconds(60));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const auto cpu = static_cast<double>((server.cpu() - cpu_before).count()) / 1000.0;
    return {static_cast<double>(sink.told()) / took.count(),
            cpu / static_cast<double>(load.answered), sink.told()};
}

double measure_telling(const Paths& paths, const BenchKeys& keys, const Scale& scale,
                       Report& report) {
    const Telling by_id = run_telling(paths.of("telling"), paths, keys, scale, Named::by_id);
    report.heading("settlements: webhook in, matched by end-to-end id, partner told over TLS");
    report.number("settlements_told_per_s", by_id.per_s, "/s, last partner answer included");
    report.number("cpu_us_per_settlement", by_id.cpu_us, "µs of server CPU");
    const Telling by_reference =
        run_telling(paths.of("telling-late"), paths, keys, scale, Named::by_reference);
    report.number("settlements_by_reference_told_per_s", by_reference.per_s,
                  "/s, the two seconds of the last one's watermark included");
    report.number("cpu_us_per_settlement_by_reference", by_reference.cpu_us, "µs of server CPU");
    const std::size_t told = std::min(by_id.told, by_reference.told);
    report.text("all_told", told == scale.settlements
                                ? "yes"
                                : fmt::format("no: {} of {}", told, scale.settlements));
    return by_id.per_s;
}

struct Paced {
    Latencies ack;
    Latencies told;
};

// Open loop at a fixed rate over payments [from, to): latency of the answer and until the partner
// knows.
Paced run_paced(const BenchKeys& keys, const Scale& scale, const ServerProcess& server,
                const PartnerSink& sink, std::size_t from, std::size_t to, double rate) {
    const auto requests = settling_webhooks(keys, from, to, scale.accounts);
    std::vector<std::chrono::steady_clock::time_point> sent(requests.size());
    const std::size_t told_before = sink.told();
    LoadResult load = run_load(requests, {.ports = {server.port()}, .rate = rate},
                               [&](std::size_t index, auto at) { sent[index] = at; });
    (void)sink.wait_for(told_before + requests.size(), std::chrono::seconds(30));
    Paced paced{std::move(load.latencies), {}};
    for (std::size_t i = 0; i < requests.size(); ++i)
        if (const auto told = sink.told_at(from + i); told.time_since_epoch().count() != 0)
            paced.told.add(
                std::chrono::duration_cast<std::chrono::microseconds>(told - sent[i]).count());
    return paced;
}

void measure_latency(const Paths& paths, const BenchKeys& keys, const Scale& scale, double rate,
                     Report& report) {
    const std::string data = paths.of("latency");
    PartnerSink sink(paths.of("partner"), scale.paced);
    const std::string config = set_up(data, keys, scale.accounts, &sink);
    register_payments(data, 0, scale.paced, scale.accounts);
    const auto server = ServerProcess::start(data, config).value();
    const Paced paced = run_paced(keys, scale, server, sink, 0, scale.paced, rate);
    report.heading(
        "latency at half of that rate of settlements: open loop, from when a webhook was due");
    report.number("paced_rate_per_s", rate, "/s");
    report.number("ack_p50_ms", paced.ack.percentile_ms(0.50), "ms");
    report.number("ack_p99_ms", paced.ack.percentile_ms(0.99), "ms");
    report.number("told_p50_ms", paced.told.percentile_ms(0.50), "ms, webhook in to partner told");
    report.number("told_p99_ms", paced.told.percentile_ms(0.99), "ms");
    report.number("told_share",
                  static_cast<double>(paced.told.size()) / static_cast<double>(scale.paced),
                  "of the settlements");
}

// One installation of those that differ only in how many payments are open.
class Grown {
  public:
    Grown(const Paths& paths, const BenchKeys& keys, const Scale& scale, std::size_t open,
          std::size_t to_settle)
        : open_(open), data_(paths.of(fmt::format("growth-{}", open))),
          sink_(std::make_unique<PartnerSink>(paths.of("partner"), to_settle)),
          server_(start(keys, scale, to_settle)) {}

    void take_turn(const BenchKeys& keys, const Scale& scale, std::size_t count, double rate) {
        const Paced paced =
            run_paced(keys, scale, server_, *sink_, settled_, settled_ + count, rate);
        settled_ += count;
        ack_p50_.push_back(paced.ack.percentile_ms(0.50));
        told_p50_.push_back(paced.told.percentile_ms(0.50));
    }

    std::size_t open() const { return open_; }
    double ack_p50() const { return median(ack_p50_); }
    double told_p50() const { return median(told_p50_); }
    const ServerProcess& server() const { return server_; }
    double bytes_per_payment() const { return sqlite_bytes(data_) / static_cast<double>(open_); }

  private:
    ServerProcess start(const BenchKeys& keys, const Scale& scale, std::size_t to_settle) {
        const std::string config = set_up(data_, keys, scale.accounts, sink_.get());
        register_payments(data_, 0, open_ + to_settle, scale.accounts);
        return ServerProcess::start(data_, config).value();
    }

    std::size_t open_;
    std::string data_;
    std::unique_ptr<PartnerSink> sink_;
    ServerProcess server_;
    std::size_t settled_ = 0;
    std::vector<double> ack_p50_, told_p50_;
};

// The same work over more and more open payments. The installations take turns, so that what the
// machine does meanwhile touches all of them alike; each figure is the median of the turns.
void measure_growth(const Paths& paths, const BenchKeys& keys, const Scale& scale, Report& report) {
    constexpr double rate = 500;
    constexpr std::size_t turns = 7, settled_each_turn = 500;
    report.heading(fmt::format("cost as data grows: {} turns of {} settlements at {}/s", turns,
                               settled_each_turn, rate));
    std::vector<Grown> all;
    for (const std::size_t open : scale.open_payments)
        all.emplace_back(paths, keys, scale, open, turns * settled_each_turn);
    for (std::size_t turn = 0; turn < turns; ++turn)
        for (Grown& grown : all)
            grown.take_turn(keys, scale, settled_each_turn, rate);

    for (const Grown& grown : all) {
        report.number(fmt::format("ack_p50_ms_at_{}", grown.open()), grown.ack_p50(), "ms");
        report.number(fmt::format("told_p50_ms_at_{}", grown.open()), grown.told_p50(), "ms");
    }
    const Grown &least = all.front(), &most = all.back();
    report.number("ack_p50_growth", most.ack_p50() / least.ack_p50(),
                  "× from the least to the most");
    report.number("told_p50_growth", most.told_p50() / least.told_p50(), "×");
    report.number("loaded_rss_mib", most.server().resident_mib(), "MiB under load with the most");
    report.number("ready_ms", static_cast<double>(most.server().ready_after().count()) / 1000.0,
                  "ms from exec to /readyz with the most");
    report.number("store_bytes_per_open_payment", most.bytes_per_payment(),
                  "bytes on disk, settlements included");
}

// One endpoint while many payments are open: the rate, and what half of it is like. A part of
// bench/delivery.py.
void measure_crowded(const Paths& paths, const BenchKeys& keys, const Scale& scale,
                     Report& report) {
    constexpr std::size_t open = 150'000;
    const std::size_t at_once = scale.settlements / 2, paced_count = scale.paced;
    const std::string data = paths.of("crowded");
    PartnerSink sink(paths.of("partner"), at_once + paced_count);
    const std::string config = set_up(data, keys, scale.accounts, &sink);
    register_payments(data, 0, open + at_once + paced_count, scale.accounts);
    const auto server = ServerProcess::start(data, config).value();
    const auto requests = settling_webhooks(keys, 0, at_once, scale.accounts);
    const auto begin = std::chrono::steady_clock::now();
    (void)run_load(requests, {.ports = {server.port()}}, nobody);
    (void)sink.wait_for(at_once, std::chrono::seconds(60));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const double rate = static_cast<double>(sink.told()) / took.count();
    const auto written = server.bytes_written();
    const Paced paced =
        run_paced(keys, scale, server, sink, at_once, at_once + paced_count, rate / 2);
    const auto settled = static_cast<double>(paced_count);
    report.heading(fmt::format("one endpoint, {} payments open", open));
    report.number("told_per_s", rate, "/s, closed loop");
    report.number("told_p50_ms", paced.told.percentile_ms(0.50), "ms at half of that");
    report.number("told_p99_ms", paced.told.percentile_ms(0.99), "ms");
    report.number("told_share", static_cast<double>(paced.told.size()) / settled, "");
    report.number("written_bytes", static_cast<double>(server.bytes_written() - written) / settled,
                  "bytes to disk for each settlement, at half of the rate");
}

} // namespace

int main(int argc, char** argv) {
    std::string out;
    double latency_at = 0; // only this part, at this rate
    std::string part;      // only this one
    Scale scale;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--out" && i + 1 < argc)
            out = argv[++i];
        else if (argument == "--latency-at" && i + 1 < argc)
            latency_at = std::stod(argv[++i]);
        else if (argument == "--part" && i + 1 < argc)
            part = argv[++i];
        else if (argument == "--quick")
            scale = {4'000, 3'000, 2'000, {1'000, 10'000, 50'000}, 100};
        else {
            fmt::print(stderr, "usage: bench_intake [--out FILE] [--quick]"
                               " [--part throughput|telling|growth|crowded] [--latency-at RATE]\n");
            return 2;
        }
    }
    const RunDirectory directory;
    const Paths paths{directory.path()};
    Report report;
    report.text("machine", machine());
    report.text("server",
                "release build, one io thread a core at nice +10, SQLite synchronous=FULL");
    const BenchKeys keys = make_keys(paths.of("keys"));
    if (latency_at > 0) {
        measure_latency(paths, keys, scale, latency_at, report);
    } else if (part == "throughput") {
        measure_throughput(paths, keys, scale, report);
    } else if (part == "telling") {
        (void)measure_telling(paths, keys, scale, report);
    } else if (part == "growth") {
        measure_growth(paths, keys, scale, report);
    } else if (part == "crowded") {
        measure_crowded(paths, keys, scale, report);
    } else {
        measure_throughput(paths, keys, scale, report);
        const double settlements = measure_telling(paths, keys, scale, report);
        measure_latency(paths, keys, scale, settlements / 2, report);
        measure_growth(paths, keys, scale, report);
    }
    report.print();
    return out.empty() || report.write_json(out) ? 0 : 1;
}
