#include "cli/listen/event_place.h"

#include "base/id.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <charconv>

namespace settled::cli {

namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr std::size_t page_items = 100;
// Two events of one moment may stand either way round: so far before the time is looked.
constexpr auto order_slack = seconds(5);

std::optional<seconds> unit_of(char letter) {
    switch (letter) {
    case 's':
        return seconds(1);
    case 'm':
        return std::chrono::minutes(1);
    case 'h':
        return std::chrono::hours(1);
    case 'd':
        return std::chrono::hours(24);
    default:
        return std::nullopt;
    }
}

// The id of the newest event on the page that is older than `time`; "" if there is none.
std::string older_on(const Answered& page, Instant time) {
    const auto data = page.root().member("data");
    for (std::size_t i = 0; data && i < data->size(); ++i) {
        const auto at = wire::parse_rfc3339(text_at(data->at(i), "timestamp"));
        if (at && *at < time)
            return text_at(data->at(i), "id");
    }
    return "";
}

} // namespace

std::optional<seconds> parse_age(std::string_view text) {
    constexpr std::int64_t most = 1'000'000;
    if (text.size() < 2)
        return std::nullopt;
    std::int64_t count = -1;
    const char* const end = text.data() + text.size() - 1;
    const auto unit = unit_of(text.back());
    if (!unit || std::from_chars(text.data(), end, count).ptr != end || count < 0 || count > most)
        return std::nullopt;
    return count * *unit;
}

std::expected<Instant, std::string> parse_time(std::string_view option, std::string_view text,
                                               Instant now) {
    if (const auto age = parse_age(text))
        return now - microseconds(*age);
    if (const auto time = wire::parse_rfc3339(text))
        return *time;
    return std::unexpected(fmt::format("{} takes a time such as 2026-11-26T10:00:00Z, or how long "
                                       "ago (90s, 10m, 2h, 3d), and not \"{}\"",
                                       option, text));
}

std::expected<Since, std::string> parse_since(std::string_view text, Instant now) {
    if (parse_id<EventIdTag>(text))
        return Since{std::string(text), {}};
    if (const auto age = parse_age(text))
        return Since{"", now - microseconds(*age)};
    if (const auto time = wire::parse_rfc3339(text))
        return Since{"", *time};
    return std::unexpected(fmt::format("--since takes a time such as 2026-11-26T10:00:00Z, how "
                                       "long ago (90s, 10m, 2h, 3d), or an event's id, and not "
                                       "\"{}\"",
                                       text));
}

Result<std::string> place_of_now(ApiSession& api) {
    TRY(const Answered page, api.ask({"GET", "/v1/events?order=oldest&after=end&limit=1", ""}));
    return page.at("next");
}

Result<std::string> place_of(ApiSession& api, const Since& since) {
    if (!since.event.empty())
        return since.event;
    const Instant time = since.time - order_slack;
    std::string after;
    do {
        std::string target = fmt::format("/v1/events?limit={}", page_items);
        if (!after.empty())
            target += "&after=" + after;
        TRY(const Answered page, api.ask({"GET", std::move(target), ""}));
        if (std::string older = older_on(page, time); !older.empty())
            return older;
        after = page.at("next");
    } while (!after.empty());
    return std::string();
}

} // namespace settled::cli
