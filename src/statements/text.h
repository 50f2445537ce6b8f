// Texts, days and ids of statements.
#pragma once

#include "base/clock.h"
#include "base/error.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace settled::statements {

inline constexpr std::int64_t day_us = 86'400'000'000;

// UTF-8 without control characters, without runs of spaces and spaces at the ends, of at most
// `bytes_max` bytes (whole characters). Bytes that are no UTF-8 are read as windows-1252, which
// holds what ISO 8859-1 has: banks that do not say send either.
std::string clean_text(std::string_view text, std::size_t bytes_max);

// The same for an identifier; what banks write for "none" (NOTPROVIDED, NONREF) is none.
std::string clean_id(std::string_view text);

// A date at the beginning of the text: "2026-11-22", "2026-11-22T10:00:00+01:00". The day as it is
// written: a bank's day is one of its own time zone.
std::optional<Instant> parse_day(std::string_view text);
// Midnight in UTC; nullopt when there is no such day, or it is before 1970.
std::optional<Instant> make_day(int year, int month, int day);

Instant day_of(Instant at);      // its midnight
bool is_weekend(Instant day);    // Saturday or Sunday
Instant next_monday(Instant at); // the Monday after a day, at midnight

} // namespace settled::statements
