// How long ago a time was, for people. Pure.
#pragma once

#include "base/clock.h"

#include <string>
#include <string_view>

namespace settled::cli {

// "just now", "45 s ago", "3 min ago", "2 h ago", "12 days ago"; what lies ahead is "just now".
std::string ago(Instant at, Instant now);
// The same of times as the API shows them; empty: one of them is no time.
std::string ago(std::string_view at, std::string_view now);

} // namespace settled::cli
