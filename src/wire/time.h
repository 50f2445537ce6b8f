// Instants as text. Calendar arithmetic is exact and knows no local time zone.
#pragma once

#include "base/clock.h"
#include "base/error.h"

#include <string>
#include <string_view>

namespace settled::wire {

// RFC 3339 in UTC with microseconds cut to milliseconds: "2026-11-22T10:00:01.204Z". Instants
// outside the years 0 to 9999, which the format cannot say, become its first or last moment.
std::string to_rfc3339(Instant at);

// Strict RFC 3339 for our own API: date, 'T', time, up to nine fraction digits, 'Z' or ±hh:mm.
// Digits beyond microseconds are cut. Years 1970 to 9999 (the instant in UTC, too). A leap second
// (23:59:60 UTC at the end of a month, RFC 3339 section 5.7) is read as the last microsecond before
// it, since our day has 86,400 seconds. Fails with timestamp_invalid.
Result<Instant> parse_rfc3339(std::string_view text);

// What banks send: as above, but the zone may be absent (then UTC) and the time may be too (then
// midnight). Source: ClearBank webhook samples (0 to 7 fraction digits, BacsDirectCreditRecalled
// without Z).
Result<Instant> parse_bank_time(std::string_view text);

} // namespace settled::wire
