// Times that people write with a unit.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace settled::cli {

// "90d", "24h", "30m", "60s", in seconds; nullopt: it is none, or absurdly long.
std::optional<std::int64_t> seconds_of(std::string_view text);

inline constexpr std::string_view duration_advice = ": give a time such as 90d, 24h, 30m or 60s";

} // namespace settled::cli
