// The ladder against a made-up stretch of payments of which the truth is known.
//
//   bench_match [--out FILE] [--quick] [--part worlds|sqlite|postgres] [--settlements N] [--seed N]
//               [--world N] [--eager] [--most N]
//
// Worlds of `--world` settlements each, one seed after another, until there are N of them, a thread
// a core. And the match of one settlement in the real stores, among 10,000 open payments and ten
// times as many again and again, up to `--most` (10,000,000): in SQLite, and in PostgreSQL where
// SETTLED_BENCH_POSTGRES names a server (to search alone took 41 minutes there, and 33 GB of disk).
#include "bench/match/referee.h"
#include "bench/store_match.h"
#include "bench/support/figures.h"
#include "bench/support/run_directory.h"

#include <fmt/format.h>

#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace settled;
using namespace settled::bench;

struct Plan {
    std::uint64_t settlements = 10'000'000;
    std::uint64_t seed = 1;
    std::size_t world = 50'000;
    bool eager = false;
};

double per_second(std::uint64_t count, std::chrono::duration<double> took) {
    return static_cast<double>(count) / took.count();
}

double share(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

struct Run {
    Findings findings;
    std::chrono::duration<double> took{}; // CPU of the engine alone
    std::uint64_t worlds = 0;

    Run& operator+=(const Run& other) {
        findings += other.findings;
        took += other.took;
        worlds += other.worlds;
        return *this;
    }
};

std::chrono::nanoseconds own_cpu() {
    timespec spent{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec);
}

void run_world(const Plan& plan, const match::RuleSet& rules, std::uint64_t seed, Run& run) {
    const crypto::Hmac key(as_bytes("a tenant's key"));
    const WorldOptions options{.seed = seed, .settlements = plan.world};
    const World world = make_world(options);
    Engine engine(world, key, options.watermark, rules);
    const auto begin = own_cpu();
    engine.run();
    run.took += own_cpu() - begin;
    run.findings += referee(world, engine, seed);
    for (const std::string& wrong : run.findings.wrong_ones)
        fmt::print(stderr, "WRONG {}\n", wrong);
    run.findings.wrong_ones.clear();
    ++run.worlds;
}

// One thread a core, each with the next seed.
Run run(const Plan& plan) {
    const match::RuleSet rules = plan.eager ? eager_rules() : match::standard_rules();
    const std::uint64_t worlds = (plan.settlements + plan.world - 1) / plan.world;
    std::atomic<std::uint64_t> next{0};
    std::mutex mutex;
    Run all;
    {
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
            threads.emplace_back([&] {
                Run mine;
                for (std::uint64_t world = next++; world < worlds; world = next++)
                    run_world(plan, rules, plan.seed + world, mine);
                const std::scoped_lock lock(mutex);
                all += mine;
            });
    }
    return all;
}

void report_safety(const Run& run, const Plan& plan, Report& report) {
    const Findings& found = run.findings;
    const Tally& all = found.all;
    report.heading(fmt::format("{} worlds of {} settlements, seeds {} to {}", run.worlds,
                               plan.world, plan.seed, plan.seed + run.worlds - 1));
    report.number("settlements", static_cast<double>(all.settlements + found.strangers), "");
    report.number("wrong", static_cast<double>(all.wrong), "matches that are not true");
    report.number("wrong_at_once", static_cast<double>(all.wrong_at_once),
                  "of those: the payment was told after the settlement, within the watermark");
    report.number("wrong_registered_late", static_cast<double>(all.wrong_registered_late),
                  "of those: the payment was told after the watermark");
    report.number("wrong_unnoticed", static_cast<double>(all.wrong_unnoticed),
                  "of all wrong: not in review once the payment was told");
    report.number("doubted_in_vain", static_cast<double>(all.doubted_in_vain),
                  "right, and in review because of a payment that was told late");
    report.number("coverage", all.coverage(), "of the settlements that have a payment");
    report.number("twins_exchanged", static_cast<double>(all.twins),
                  "matched to a twin of their payment, which was paid, too");
    report.number("ambiguous", share(all.ambiguous, all.settlements), "of them");
    report.number("unmatched", share(all.unmatched, all.settlements), "of them");
    report.number("ambiguous_unfounded", static_cast<double>(found.ambiguous_unfounded),
                  "ambiguous, though nothing else could be meant at the end");
    report.number("strangers", static_cast<double>(found.strangers),
                  "settlements that have no payment");
    report.number("strangers_ambiguous", share(found.strangers_ambiguous, found.strangers),
                  "of them in review");
}

void report_cost(const Run& run, Report& report) {
    const EngineFigures& figures = run.findings.figures;
    const auto per_decision = [&](std::uint64_t count) { return share(count, figures.decisions); };
    report.heading("cost in memory, for each core, registration of the payments included");
    report.number("settlements_per_s",
                  per_second(run.findings.all.settlements + run.findings.strangers, run.took),
                  "/s");
    report.number("decisions_per_settlement",
                  share(figures.decisions, run.findings.all.settlements + run.findings.strangers),
                  "verdicts, those after a new fact included");
    report.number("probes_per_decision", per_decision(figures.reads.probes), "places of the index");
    report.number("rows_per_decision", per_decision(figures.reads.rows), "rows of the index");
    report.number("compared_per_decision", per_decision(figures.compared), "identities");
    report.number("keys_per_payment", share(figures.stored_keys, figures.registered), "");
}

void report_line(Report& report, const std::string& name, const Tally& tally,
                 std::string_view connector) {
    report.number(name + ".coverage", tally.coverage(),
                  fmt::format("of {}; {} wrong; {}", tally.settlements, tally.wrong, connector));
    report.number(name + ".wrong", static_cast<double>(tally.wrong), "");
}

void report_parts(const Run& run, Report& report) {
    report.heading("by what the banks did");
    for (std::size_t i = 0; i < mutations; ++i) {
        const MutationRow& row = row_of(static_cast<Mutation>(i));
        report_line(report, fmt::format("mutation.{}", row.token), run.findings.by_mutation[i],
                    row.connector);
    }
    report.heading("by what else was there");
    for (std::size_t i = 0; i < designs; ++i)
        if (static_cast<Design>(i) != Design::stranger)
            report_line(report, fmt::format("design.{}", token(static_cast<Design>(i))),
                        run.findings.by_design[i], "");
    report.heading("matches by rank");
    for (std::size_t i = 0; i < match::ranks; ++i)
        report.number(fmt::format("rank.{}", i), static_cast<double>(run.findings.by_rank[i]),
                      fmt::format("{} wrong; {}", run.findings.wrong_by_rank[i],
                                  match::token(static_cast<match::Rank>(i))));
}

void report_worlds(const Plan& plan, Report& report) {
    report.text("rules", plan.eager ? "eager: references decide at once" : "standard");
    const Run done = run(plan);
    report_safety(done, plan, report);
    report_cost(done, report);
    report_parts(done, report);
}

void report_postgres(const StoreMatchScale& scale, Report& report) {
    const RunDirectory directory;
    if (const char* const server = std::getenv("SETTLED_BENCH_POSTGRES"))
        measure_on_postgres(directory.path(), server, scale, report);
    else
        report.heading("PostgreSQL was not measured: SETTLED_BENCH_POSTGRES names no server");
}

void report_sqlite(const StoreMatchScale& scale, Report& report) {
    const RunDirectory directory;
    measure_on_sqlite(directory.path(), scale, report);
}

std::vector<std::size_t> powers_of_ten_up_to(std::size_t most) {
    std::vector<std::size_t> powers;
    for (std::size_t power = 10'000; power <= most; power *= 10)
        powers.push_back(power);
    return powers;
}

} // namespace

int main(int argc, char** argv) {
    std::string out, part;
    Plan plan;
    StoreMatchScale scale;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const bool has_value = i + 1 < argc;
        if (argument == "--out" && has_value)
            out = argv[++i];
        else if (argument == "--part" && has_value)
            part = argv[++i];
        else if (argument == "--settlements" && has_value)
            plan.settlements = std::stoull(argv[++i]);
        else if (argument == "--seed" && has_value)
            plan.seed = std::stoull(argv[++i]);
        else if (argument == "--world" && has_value)
            plan.world = std::stoull(argv[++i]);
        else if (argument == "--most" && has_value)
            scale.open = powers_of_ten_up_to(std::stoull(argv[++i]));
        else if (argument == "--eager")
            plan.eager = true;
        else if (argument == "--quick") {
            plan.settlements = 200'000;
            scale = {.open = {1'000, 10'000},
                     .registered_max = 1'000,
                     .registered_max_on_postgres = 1'000,
                     .accounts = 1'000,
                     .settlements = 300,
                     .rounds = 3,
                     .settled = 300};
        } else {
            fmt::print(stderr,
                       "usage: bench_match [--out FILE] [--quick] [--part worlds|sqlite|postgres]"
                       " [--settlements N] [--seed N] [--world N] [--eager] [--most N]\n");
            return 2;
        }
    }
    Report report;
    report.text("machine", machine());
    if (part.empty() || part == "worlds")
        report_worlds(plan, report);
    if (part.empty() || part == "sqlite")
        report_sqlite(scale, report);
    if (part.empty() || part == "postgres")
        report_postgres(scale, report);
    report.print();
    return out.empty() || report.write_json(out) ? 0 : 1;
}
