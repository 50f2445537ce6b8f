#include "cli/doctor/check.h"
#include "domain/attention.h"
#include "wire/time.h"

#include <fmt/format.h>

namespace settled::cli::doctor {

namespace {

constexpr std::size_t most = 1000;
constexpr std::int64_t hour_us = std::int64_t{3600} * 1'000'000;
constexpr std::int64_t hours_max = domain::review_waits_max.count();

std::int64_t hours_since(const std::string& time) {
    const auto at = wire::parse_rfc3339(time);
    return at ? (SystemClock().wall().us - at->us) / hour_us : 0;
}

} // namespace

// A person decides; nothing here says how.
void check_reviews(Site& site, Findings& found) {
    const auto open = site.list("/v1/reviews?status=open", most); // newest first
    if (!open)
        return found.skipped("", open.error());
    if (open->empty())
        return found.ok("", "no review waits for a person");
    const wire::Json oldest = open->back().root();
    const std::string since = text_at(oldest, "created_at");
    const std::string sentence = fmt::format("open reviews: {}{}, the oldest ({}) since {}",
                                             open->size() == most ? "at least " : "", open->size(),
                                             text_at(oldest, "kind"), since);
    if (hours_since(since) < hours_max)
        return found.ok("", sentence);
    found.warning(
        "", sentence,
        {"money or an order waits for a person's decision", site.command("reviews list")});
}

} // namespace settled::cli::doctor
