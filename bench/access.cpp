// What look-ups cost in tables that have grown, and other work while retention runs.
//
//   bench_access [--out FILE] [--quick] [--part statements|payment|retention]
//
// *statements*: every statement of the store in tables of 10,000 and of 1,000,000 rows each, with
// values that leave the most to pass over (store/grown_testing.h); in SQLite, and in PostgreSQL
// where SETTLED_BENCH_POSTGRES names a server. *payment*: one settled payment among a million, over
// the server's socket. *retention*: a million webhooks are released while others arrive.
#include "bench/access.h"
#include "bench/support/figures.h"
#include "bench/support/run_directory.h"

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>

namespace {

using namespace settled::bench;

void measure(const std::string& directory, const AccessScale& scale, std::string_view part,
             Report& report) {
    const bool all = part.empty();
    if (all || part == "statements") {
        measure_statements_on_sqlite(directory, scale, report);
        if (const char* const server = std::getenv("SETTLED_BENCH_POSTGRES"))
            measure_statements_on_postgres(server, scale, report);
        else
            report.heading("PostgreSQL was not measured: SETTLED_BENCH_POSTGRES names no server");
    }
    if (all || part == "payment")
        measure_payment(directory, scale, report);
    if (all || part == "retention")
        measure_retention(directory, scale, report);
}

} // namespace

int main(int argc, char** argv) {
    std::string out, part;
    AccessScale scale;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const bool has_value = i + 1 < argc;
        if (argument == "--out" && has_value)
            out = argv[++i];
        else if (argument == "--part" && has_value)
            part = argv[++i];
        else if (argument == "--quick")
            scale = {.few = 1'000, .many = 10'000, .webhooks = 10'000, .beside = 2'000};
        else {
            fmt::print(stderr, "usage: bench_access [--out FILE] [--quick] "
                               "[--part statements|payment|retention]\n");
            return 2;
        }
    }
    Report report;
    report.text("machine", machine());
    {
        const RunDirectory directory;
        measure(directory.path(), scale, part, report);
    }
    report.print();
    return out.empty() || report.write_json(out) ? 0 : 1;
}
