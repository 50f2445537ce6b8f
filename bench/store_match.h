// What the match of a settlement, and in it the search for its payment, costs as more and more
// payments are open, over the real stores.
#pragma once

#include "bench/support/figures.h"

#include <cstddef>
#include <string>
#include <vector>

namespace settled::bench {

struct StoreMatchScale {
    std::vector<std::size_t> open{10'000, 100'000, 1'000'000, 10'000'000};
    // As many are registered, as a client would; more are written in bulk.
    std::size_t registered_max = 1'000'000;
    std::size_t registered_max_on_postgres = 100'000;
    std::size_t accounts = 100'000; // of the second of two layouts; the first has one
    // The same ones again and again: warm. The first search for them is reported separately.
    std::size_t settlements = 501;
    std::size_t rounds = 15;
    std::size_t settled = 3'000; // matched at the end, with what is written
};

// `directory` holds the stores while it runs.
void measure_on_sqlite(const std::string& directory, const StoreMatchScale& scale, Report& report);
// `server`: the URL of one to make databases on.
void measure_on_postgres(const std::string& directory, const std::string& server,
                         const StoreMatchScale& scale, Report& report);

} // namespace settled::bench
