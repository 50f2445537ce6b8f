// Instants as text.
#pragma once

#include "base/clock.h"
#include "base/error.h"

#include <string>
#include <string_view>

namespace settled::wire {

// RFC 3339 in UTC with microseconds cut to milliseconds: "2026-11-22T10:00:01.204Z".
std::string to_rfc3339(Instant at);

// Strict RFC 3339 for our own API: date, 'T', time, up to nine fraction digits, 'Z' or ±hh:mm. Digits
// beyond microseconds are cut. Years 1970 to 9999. Fails with timestamp_invalid.
Result<Instant> parse_rfc3339(std::string_view text);

// What banks send: as above, but the zone may be absent (then UTC) and the time may be too (then
// midnight). Source: ClearBank webhook samples (0 to 7 fraction digits, BacsDirectCreditRecalled without Z).
Result<Instant> parse_bank_time(std::string_view text);

} // namespace settled::wire
