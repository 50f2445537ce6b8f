#include "cli/commands/time_range.h"

#include "cli/listen/event_place.h"
#include "wire/time.h"

namespace settled::cli {

std::vector<Option> time_range_options() {
    return {{.name = "--since",
             .value = "TIME",
             .help = "made then or later: 2026-11-26T10:00:00Z, or how long ago: 10m, 2h, 3d"},
            {.name = "--until", .value = "TIME", .help = "made before that time"}};
}

bool add_time_range(const Invocation& in, Parameters& parameters) {
    const Instant now = SystemClock().wall();
    for (const auto& [option, parameter] :
         {std::pair("--since", "after_time"), std::pair("--until", "before_time")}) {
        if (!in.has(option))
            continue;
        const auto time = parse_time(option, in.text(option), now);
        if (!time) {
            in.usage(time.error());
            return false;
        }
        parameters.emplace_back(parameter, wire::to_rfc3339(*time));
    }
    return true;
}

} // namespace settled::cli
