#include "cli/doctor/check.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <set>

namespace settled::cli::doctor {

namespace {

constexpr std::size_t most = 200; // half a year of days
constexpr std::int64_t hour_us = std::int64_t{3600} * 1'000'000;
constexpr std::int64_t hours_max = 26; // the bank makes a day's statement in the night after it

std::int64_t hours_since(const std::string& time) {
    const auto at = wire::parse_rfc3339(time);
    return at ? (SystemClock().wall().us - at->us) / hour_us : 0;
}

} // namespace

// The newest request of each day of each bank: an earlier one that failed was repeated since.
void check_statement_requests(Site& site, Findings& found) {
    const auto requests = site.list("/v1/statement-requests", most);
    if (!requests)
        return found.skipped("", requests.error());
    std::set<std::string> seen;
    std::size_t late = 0;
    for (const auto& document : *requests) {
        const wire::Json request = document.root();
        const auto at = [&](std::string_view path) { return text_at(request, path); };
        if (!seen.insert(at("connector") + " " + at("date")).second)
            continue;
        const bool failed = at("status") == "failed";
        if (!failed && (at("status") == "done" || hours_since(at("created_at")) < hours_max))
            continue;
        ++late;
        found.warning(at("connector"),
                      fmt::format("the bank's statement of {} is not here: {}", at("date"),
                                  failed ? at("reason") : at("status")),
                      {"what the bank booked on that day is not compared with what is known here",
                       site.command(fmt::format("statements request --connector {} --date {}",
                                                at("connector"), at("date")))});
    }
    if (late == 0)
        found.ok("", requests->empty() ? "the bank was asked for no statement"
                                       : "each statement that the bank was asked for is here");
}

} // namespace settled::cli::doctor
