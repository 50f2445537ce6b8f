#include "connectors/mambu/dates.h"

#include "domain/uk/london_time.h"
#include "wire/time.h"

#include <fmt/format.h>

namespace settled::connectors::mambu {

namespace {

constexpr std::string_view london = "Europe/London";
constexpr std::int64_t minute_us = 60'000'000;
constexpr std::int64_t offset_minutes_max = 14 * 60; // of any time zone

} // namespace

Result<TimeZone> TimeZone::parse(std::string_view text) {
    TimeZone zone;
    if (text == london)
        return zone;
    const auto digit = [&](std::size_t at) {
        return text[at] >= '0' && text[at] <= '9' ? text[at] - '0' : -1;
    };
    const bool has_shape = text.size() == 6 && (text[0] == '+' || text[0] == '-') &&
                           text[3] == ':' && digit(1) >= 0 && digit(2) >= 0 && digit(4) >= 0 &&
                           digit(5) >= 0;
    const std::int64_t minutes =
        has_shape ? (digit(1) * 10 + digit(2)) * 60 + digit(4) * 10 + digit(5) : -1;
    if (!has_shape || digit(4) > 5 || minutes > offset_minutes_max)
        return fail(Code::value_invalid, "give Europe/London or an offset such as +03:00");
    zone.is_london_ = false;
    zone.fixed_minutes_ = text[0] == '-' ? -minutes : minutes;
    return zone;
}

std::int64_t TimeZone::offset_minutes(Instant at) const {
    if (!is_london_)
        return fixed_minutes_;
    return domain::is_summer_time(at) ? 60 : 0;
}

std::string TimeZone::name() const {
    if (is_london_)
        return std::string(london);
    const std::int64_t size = fixed_minutes_ < 0 ? -fixed_minutes_ : fixed_minutes_;
    return fmt::format("{}{:02}:{:02}", fixed_minutes_ < 0 ? '-' : '+', size / 60, size % 60);
}

std::string to_organisation_time(Instant at, const TimeZone& zone) {
    const std::int64_t offset = zone.offset_minutes(at);
    const std::int64_t size = offset < 0 ? -offset : offset;
    const std::string local = wire::to_rfc3339(Instant{at.us + offset * minute_us});
    return fmt::format("{}{}{:02}:{:02}", local.substr(0, 19), offset < 0 ? '-' : '+', size / 60,
                       size % 60);
}

std::string to_organisation_day(Instant at, const TimeZone& zone) {
    return to_organisation_time(at, zone).substr(0, 10);
}

} // namespace settled::connectors::mambu
