// What of a connector's webhooks was refused lately, as intake of this node counts it.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <string_view>

namespace settled::api {

struct RefusedWebhooks {
    std::int64_t last_hour = 0;
    bool is_refusing = false;   // the newest webhook was refused
    std::string_view code = {}; // why
    Instant at = {};
};

} // namespace settled::api
