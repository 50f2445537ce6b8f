// Statements and their entries on their way into the store, from whichever call they come.
#pragma once

#include "api/core.h"
#include "api/handlers/statement_views.h"
#include "store/queries/money/statements.h"
#include "store/session.h"
#include "store/step.h"
#include "units/statements/statement_reconciliation.h"

#include <memory>

namespace settled::api {

struct BegunStatement {
    store::StatementRow row; // as it is stored
    bool is_new = false;     // false: one with its digest was there
};
// Fails with account_unknown.
store::Step<Result<BegunStatement>> begin_statement(store::Session& s, TenantId tenant,
                                                    std::shared_ptr<const store::StatementRow> row);

// Adds the entries of the chunk as a whole; those that are there already are passed over. Gives the statement
// as it is then. Fails with not_found, state_conflict (entries between are missing, or another call adds
// some) and value_invalid (they are not what the statement says of itself).
store::Step<Result<store::StatementRow>> append_entries(store::Session& s, TenantId tenant,
                                                        StatementId id,
                                                        std::shared_ptr<const Chunk> chunk);

// Writes a step of a reconciliation except what its last unit writes, in units of the background.
// Gives where that one begins; nullopt: another reconciliation was faster.
Task<Result<std::optional<std::size_t>>>
write_until_last(const Core& core, TenantId tenant,
                 std::shared_ptr<const units::ReconciliationStep> step);
// The last unit. Gives the statement as it is then.
store::Step<store::StatementRow> write_last(store::Session& s, TenantId tenant,
                                            std::shared_ptr<const units::ReconciliationStep> step,
                                            std::optional<std::size_t> first);

} // namespace settled::api
