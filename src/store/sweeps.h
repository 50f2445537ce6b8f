// How far a background job has walked through rows in the order of their ids.
#pragma once

#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

// 0 before the first walk.
Step<std::int64_t> sweep_cursor(Session& s, TenantId tenant, std::string_view name);
// The names that begin so, of walks that have begun.
Step<std::vector<std::string>> sweeps_under(Session& s, TenantId tenant, std::string prefix);
Step<> move_sweep(Session& s, TenantId tenant, std::string_view name, std::int64_t cursor);

} // namespace settled::store
