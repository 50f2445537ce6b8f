// A time zone: from a local time without a zone to the instant that it means.
//
// What the system knows of a zone is a file (RFC 8536), which is passed in as bytes: nothing here
// reads files. Immutable; any thread.
#pragma once

#include "base/clock.h"
#include "base/error.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace settled::wire {

class TimeZone {
  public:
    static TimeZone utc() { return {}; }
    // The bytes of a file of the system's time zones, version 2 or later. Fails with value_invalid.
    static Result<TimeZone> parse(std::string_view tzif);

    // Seconds that the zone is ahead of UTC at that moment.
    std::int64_t offset_at(std::int64_t unix_seconds) const;
    // `local`: microseconds since 1970-01-01T00:00:00 by the zone's clocks. Where the clocks show it
    // twice, the first; where they never show it, as much later as they were put forward.
    Instant to_instant(std::int64_t local_us) const;

  private:
    // The last rule of a zone, for the times after the listed changes: "CET-1CEST,M3.5.0,M10.5.0/3".
    struct Change {
        int month = 0, week = 0,
            day = 0;         // the week-th such day (0: Sunday) of the month; 5: the last
        std::int64_t at = 0; // seconds after midnight, by the clocks before it
    };
    struct Rule {
        std::int64_t standard = 0;
        std::int64_t summer = 0;
        std::optional<std::pair<Change, Change>> changes; // to summer time and back; none: standard
        std::int64_t offset_at(std::int64_t unix_seconds) const;
    };
    static std::optional<Rule> parse_rule(std::string_view text);

    std::int64_t first_offset_ = 0;
    std::vector<std::int64_t> times_; // of the changes, rising
    std::vector<std::int64_t> offsets_;
    std::optional<Rule> rule_;
};

// "2017-01-01T00:00:00", with 'T' or a blank, up to nine fraction digits, and a zone or none: then it
// is a time of `zone`. Fails with timestamp_invalid.
Result<Instant> parse_local_time(std::string_view text, const TimeZone& zone);

} // namespace settled::wire
