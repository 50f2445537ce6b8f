#include "api/handlers/filtered_page.h"

#include "base/id.h"
#include "wire/time.h"

#include <string>

namespace settled::api {

namespace {

// An id is minted before its row, and before the row's own time where a unit was carried out again.
constexpr auto mint_slack = std::chrono::seconds(30);

Result<std::optional<Instant>> read_time(const net::Request& request, std::string_view name) {
    const auto text = request.parameter(name);
    if (!text)
        return std::optional<Instant>();
    const auto time = wire::parse_rfc3339(*text);
    if (!time)
        return fail(Code::parameter_invalid,
                    std::string(name) + ": give a time, as 2026-11-26T10:00:00Z");
    return std::optional(*time);
}

} // namespace

Result<TimeRange> read_time_range(const net::Request& request) {
    TimeRange range;
    TRY(const auto from, read_time(request, "after_time"));
    TRY(const auto until, read_time(request, "before_time"));
    if (from) {
        range.from = *from;
        range.first_id = first_id_at(*from - mint_slack);
    }
    if (until) {
        range.until = *until;
        range.end_id = first_id_at(*until + mint_slack);
    }
    if (range.from >= range.until)
        return fail(Code::parameter_invalid, "before_time: give a time after after_time");
    return range;
}

} // namespace settled::api
