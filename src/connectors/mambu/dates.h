// Times as Mambu writes and takes them: ISO 8601 with the offset of the organisation, which decides
// the day that a transaction counts for. Source: Mambu API v2, schemas ("as Organization Time").
#pragma once

#include "base/clock.h"
#include "base/error.h"

#include <string>
#include <string_view>

namespace settled::connectors::mambu {

// "Europe/London", or a fixed offset: "+03:00".
class TimeZone {
  public:
    // Fails with value_invalid.
    static Result<TimeZone> parse(std::string_view text);

    std::int64_t offset_minutes(Instant at) const;
    std::string name() const;

  private:
    bool is_london_ = true;
    std::int64_t fixed_minutes_ = 0;
};

// "2026-11-22T10:00:01+00:00"
std::string to_organisation_time(Instant at, const TimeZone& zone);
// "2026-11-22"
std::string to_organisation_day(Instant at, const TimeZone& zone);

} // namespace settled::connectors::mambu
