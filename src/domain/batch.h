// Several deliveries as one body: pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace settled::domain {

// Partners and the proxies before them take bodies of this size; a batch that would be larger is
// several.
inline constexpr std::size_t batch_events_max = 500;
inline constexpr std::size_t batch_bytes_max = 256 * 1024;

// {"id":"bat_…","type":"events.batch","timestamp":T,"data":{"events":[…]}}
std::string native_batch(std::string_view id, Instant at, const std::vector<std::string>& events);
// [a,b,…]
std::string array_of(const std::vector<std::string>& bodies);

} // namespace settled::domain
