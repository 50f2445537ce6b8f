// --since and --until of a list, for the parameters after_time and before_time of the API.
#pragma once

#include "cli/client/query.h"
#include "cli/invocation.h"

#include <vector>

namespace settled::cli {

// Both take a time, or how long ago.
std::vector<Option> time_range_options();
// Adds the parameters that were given. False: a value is no time, which was printed.
bool add_time_range(const Invocation& in, Parameters& parameters);

} // namespace settled::cli
