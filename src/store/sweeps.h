// How far a background job has walked through rows in the order of their ids.
#pragma once

#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <string_view>

namespace settled::store {

// 0 before the first walk.
Step<std::int64_t> sweep_cursor(Session& s, TenantId tenant, std::string_view name);
Step<> move_sweep(Session& s, TenantId tenant, std::string_view name, std::int64_t cursor);

} // namespace settled::store
