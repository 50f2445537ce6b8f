// What people changed, and who looked at what unmasked: written in the transaction that does it, and sealed
// into the tenant's hash chain (seals.h).
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

struct ChangeRow {
    ChangeId id;
    std::string actor;
    std::string action;
    std::string subject; // "": none
    std::string reason;
    std::string request_id;
    Instant at;
};
Step<> insert_change(Session& s, TenantId tenant, const ChangeRow& change);

// Empty texts: of all.
struct ChangeFilter {
    std::string actor;
    std::string subject;
};
// Newest first, below that id.
Step<std::vector<ChangeRow>> list_changes(Session& s, TenantId tenant, ChangeFilter filter,
                                          std::int64_t before, std::size_t limit);
// How many of that action an actor made since, up to `most`.
Step<std::int64_t> count_changes_of(Session& s, TenantId tenant, std::string_view actor,
                                    std::string_view action, Instant since, std::int64_t most);

} // namespace settled::store
