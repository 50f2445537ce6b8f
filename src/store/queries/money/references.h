// References that were reserved, by their beginnings.
#pragma once

#include "base/id.h"
#include "base/money.h"
#include "store/session.h"
#include "store/step.h"

#include <string>
#include <vector>

namespace settled {

SETTLED_ID(ReferenceId, "ref");

} // namespace settled

namespace settled::store {

struct MintedRow {
    TenantId tenant;
    ReferenceId id;
    std::string account_key;
    std::string head; // what must be unique (learn/mint.h)
    std::string reference;
    std::string scheme;
    Instant created_at;
    Instant expires_at;
};
// False: another reference with this beginning is reserved on that account and has not expired by
// `row.created_at`.
Step<bool> reserve_reference(Session& s, MintedRow row);
// How many there were, at most `limit`.
Step<std::int64_t> forget_references(Session& s, TenantId tenant, Instant until, std::size_t limit);

} // namespace settled::store
