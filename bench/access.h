// The parts of bench_access.
#pragma once

#include "bench/support/figures.h"

#include <cstdint>
#include <string>

namespace settled::bench {

struct AccessScale {
    std::int64_t few = 10'000, many = 1'000'000; // rows of each table that grows
    std::int64_t webhooks = 1'000'000;           // that are old
    std::size_t beside = 20'000;                 // webhooks that arrive meanwhile
    double rate = 200;                           // of them a second
};

void measure_statements_on_sqlite(const std::string& directory, const AccessScale& scale,
                                  Report& report);
void measure_statements_on_postgres(const std::string& server, const AccessScale& scale,
                                    Report& report);
void measure_payment(const std::string& directory, const AccessScale& scale, Report& report);
void measure_retention(const std::string& directory, const AccessScale& scale, Report& report);

} // namespace settled::bench
