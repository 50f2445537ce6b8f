// Whether the store was put back to an older state, and who has let its calls go on since.
#pragma once

#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>

namespace settled::store {

// Of the last restore; the same for all tenants, also for those that are made later.
struct RestoreMark {
    Instant restored_at;
    Instant newest_at; // of the rows that were there: what came later was lost
};
Step<std::optional<RestoreMark>> find_restore_mark(Session& s);
Step<> put_restore_mark(Session& s, RestoreMark mark);

// A person of the tenant ended the mark of the restore that was at `restored_at`.
struct RestoreEnd {
    TenantId tenant;
    Instant restored_at;
    Instant ended_at;
    std::string ended_by;
    std::string reason;
};
Step<std::optional<RestoreEnd>> find_restore_end(Session& s, TenantId tenant);
Step<> put_restore_end(Session& s, const RestoreEnd& end);

// When the newest row of the tenant was made; nullopt: it has none.
Step<std::optional<Instant>> newest_row_at(Session& s, TenantId tenant);
// When a bank or another connector has sent something last.
Step<std::optional<Instant>> newest_from_bank_at(Session& s, TenantId tenant);

} // namespace settled::store
