// From when on a person's attention is wanted: what /v1/status and `settled doctor` share.
#pragma once

#include <chrono>

namespace settled::domain {

// An open review that is older.
inline constexpr auto review_waits_max = std::chrono::hours(24);
// A delivery that was owed longer ago and is not done.
inline constexpr auto backlog_waits_max = std::chrono::minutes(5);

} // namespace settled::domain
