// Where a reading of events begins.
#pragma once

#include "base/clock.h"
#include "cli/client/api_session.h"

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace settled::cli {

// "90s", "10m", "2h", "3d".
std::optional<std::chrono::seconds> parse_age(std::string_view text);

// An option that takes a time ("2026-11-26T10:00:00Z") or how long ago ("10m"). The error is a sentence.
std::expected<Instant, std::string> parse_time(std::string_view option, std::string_view text,
                                               Instant now);

// --since: a time ("2026-11-26T10:00:00Z"), how long ago ("90s", "10m", "2h", "3d"), or the id of
// the last event that is known ("evt_…").
struct Since {
    std::string event; // empty: a time
    Instant time;
};
// The error is a sentence.
std::expected<Since, std::string> parse_since(std::string_view text, Instant now);

// What `after` of GET /v1/events?order=oldest takes to read what comes from now on.
Result<std::string> place_of_now(ApiSession& api);
// The same to read what is no older than `since`: nothing that is newer lies before it. "": the
// beginning.
Result<std::string> place_of(ApiSession& api, const Since& since);

} // namespace settled::cli
