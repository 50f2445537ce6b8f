// How far a background job has walked through rows in the order of their ids.
#pragma once

#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

struct SweepRow {
    std::string name;
    std::int64_t cursor = 0;
};
// Cursors of this tenant whose name starts with `prefix`.
Step<std::vector<SweepRow>> sweeps_under(Session& s, TenantId tenant, std::string prefix);
Step<> move_sweep(Session& s, TenantId tenant, std::string_view name, std::int64_t cursor);

} // namespace settled::store
