// Bounds of intake in addition to those that all modules share (base/limits.h).
#pragma once

#include <chrono>

namespace settled::intake::bounds {

using namespace std::chrono_literals;

// How soon a key that could not be opened is tried again: the bank repeats its webhooks meanwhile,
// and the operator who has put the file right wants to see it.
inline constexpr auto key_retry_interval = 2s;
// A lasting trouble is logged at the first try and then at each of these: once a minute.
inline constexpr int tries_per_log_line = 30;

} // namespace settled::intake::bounds
