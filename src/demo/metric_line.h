// One figure out of a server's /metrics.
#pragma once

#include <cstdint>
#include <string_view>

namespace settled::demo {

// The whole part of the figure with that name and these labels, as the line has them:
// `settled_node_leases_total{event="lost"}`. 0 when there is no such line.
std::int64_t metric_in(std::string_view text, std::string_view name);

} // namespace settled::demo
